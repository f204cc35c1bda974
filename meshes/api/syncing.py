"""POST /cli-sync: a signed-in device brings its key onto the meshes of its account."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts
from accounts import services as account_services
from accounts.addresses import client_address
from accounts.api.base import AnonymousView, validated
from accounts.api.describing import answers
from accounts.api.fields import NameField, PubkeyField, SignatureField, StrictCharField
from accounts.tokens import MAX_TOKEN_CHARS
from meshes import services
from meshes.api import shapes
from meshes.api.answers import SyncAnswer
from meshes.api.bodies import OPTIONAL
from meshes.api.joining import RATE


class SyncBody(serializers.Serializer[Any]):
    """POST /cli-sync. `recipient_x25519_pubkey`, `proof` and `mesh_id` are our own CLI's."""

    sync_token = StrictCharField(max_length=MAX_TOKEN_CHARS)
    peer_pubkey = PubkeyField()
    display_name = NameField(**OPTIONAL, allow_blank=True)
    recipient_x25519_pubkey = StrictCharField(**OPTIONAL, allow_blank=True, max_length=64)
    proof = SignatureField(**OPTIONAL, allow_blank=True)
    mesh_id = StrictCharField(**OPTIONAL, allow_blank=True, max_length=64)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("recipient_x25519_pubkey") and not attrs.get("proof"):
            raise serializers.ValidationError("Send a proof with recipient_x25519_pubkey.")
        return attrs


class Sync(AnonymousView):
    """The token is in the body, as older clients send it -> `{ok, account_id, meshes}`."""

    authentication_classes = ()
    throttle_rate = RATE

    @answers(
        "Puts a key on every mesh of the account whose token is in the body.",
        SyncAnswer,
        body=SyncBody,
        refuses="invalid_or_revoked_token bad_signature:400",
    )
    def post(self, request: Request) -> Response:
        body = validated(SyncBody, request)
        device = accounts.session_of_token(body.pop("sync_token"))
        if device is None:
            raise MeshError("invalid_or_revoked_token")
        account_services.note_seen(session=device, address=client_address(request))
        synced = services.sync(device=device, **body)
        return Response(
            {
                "ok": True,
                "account_id": device.user_id,
                "meshes": [shapes.synced_mesh(each) for each in synced],
            }
        )
