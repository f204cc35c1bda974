"""POST /cli/mesh/<slug>/grants: what the caller lets other members do to it."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountView, validated
from accounts.api.describing import answers
from accounts.api.fields import StrictCharField
from meshes import selectors
from meshes.api.answers import GrantsAnswer
from meshes.services.grants import set_grants

MAX_CAPABILITIES = 16


class CapabilitiesField(serializers.ListField):
    """A list of capabilities; whether there are such is the service's to say."""

    child = StrictCharField(max_length=32)


class GrantsField(serializers.DictField):
    """`{key: [capabilities] | null}`."""

    child = CapabilitiesField(allow_null=True, max_length=MAX_CAPABILITIES)


class GrantsBody(serializers.Serializer[Any]):
    """The entries to change; null under a key resets it to the defaults, [] blocks it."""

    grants = GrantsField()


class MeshGrants(AccountView):
    """Merges the caller's own grants: `{grants}`, all of them."""

    @answers(
        "Changes what you let other members do to you; null resets an entry, [] blocks.",
        GrantsAnswer,
        body=GrantsBody,
        refuses="not_found unauthorized too_large device_revoked",
    )
    def post(self, request: Request, slug: str) -> Response:
        """Change some entries of the caller's member; of the strongest if it has several."""
        standing = selectors.standing_in(self.person(request), slug)
        changes = validated(GrantsBody, request)["grants"]
        if standing.member is None:
            raise MeshError("unauthorized", "None of your keys is a member of this mesh.")
        merged = set_grants(mesh_id=standing.mesh.pk, member_id=standing.member.pk, changes=changes)
        return Response({"grants": merged})
