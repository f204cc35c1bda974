"""What the meshes API accepts. Every field takes its own JSON type or the request is refused."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import (
    NameField,
    PubkeyField,
    SignatureField,
    StrictBooleanField,
    StrictCharField,
    StrictEmailField,
    StrictIntegerField,
)
from meshes import policy, slugs
from meshes.models import Member
from meshes.services import invites
from meshes.services.joining import TokenPayload

GIVEN_ROLES = (Member.Role.MEMBER, Member.Role.ADMIN)
MAX_GROUPS = 64
INT64_MAX = 2**63 - 1
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class SlugField(StrictCharField):
    """A mesh's slug."""

    default_error_messages = {
        "not_a_slug": "Must be lower-case letters, digits and single hyphens, 48 at most."
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not slugs.is_slug(text):
            self.fail("not_a_slug")
        return text


class OneOfField(StrictCharField):
    """One of a few words."""

    default_error_messages = {"unknown": "Must be one of: {words}."}

    def __init__(self, words: Any, **kwargs: Any) -> None:
        self.words = tuple(str(word) for word in words)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text not in self.words:
            self.fail("unknown", words=", ".join(self.words))
        return text


class ChangesBody(serializers.Serializer[Any]):
    """A PATCH: at least one of its fields must be there."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class CreateMeshBody(serializers.Serializer[Any]):
    """POST /cli/mesh/create."""

    name = NameField()
    pubkey = PubkeyField()
    slug = SlugField(**OPTIONAL, allow_blank=True)
    display_name = NameField(**OPTIONAL, allow_blank=True)


class SelfEditableBody(serializers.Serializer[Any]):
    """Which of their own fields members may change."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: StrictBooleanField(required=False) for name in policy.SELF_EDITABLE}


class PolicyBody(ChangesBody):
    """The part of the policy to change."""

    allowPlaintext = StrictBooleanField(required=False)  # noqa: N815 - its name on the wire
    auditMessages = StrictBooleanField(required=False)  # noqa: N815 - as above
    selfEditable = SelfEditableBody(required=False)  # noqa: N815


class UpdateMeshBody(ChangesBody):
    """PATCH /cli/mesh/<slug>."""

    name = NameField(required=False)
    slug = SlugField(required=False)
    policy = PolicyBody(required=False)


class RenameMeshBody(serializers.Serializer[Any]):
    """PATCH /api/my/meshes/<slug>."""

    name = NameField()


class CreateInviteBody(serializers.Serializer[Any]):
    """POST /cli/mesh/<slug>/invite; `expires_in` in seconds."""

    email = StrictEmailField(**OPTIONAL, allow_blank=True)
    role = OneOfField(GIVEN_ROLES, **OPTIONAL)
    expires_in = StrictIntegerField(
        **OPTIONAL, min_value=invites.MIN_LIFETIME_S, max_value=invites.MAX_LIFETIME_S
    )
    max_uses = StrictIntegerField(**OPTIONAL, min_value=1, max_value=invites.MAX_USES)
    preset = OneOfField(invites.PRESETS, **OPTIONAL)


class GroupBody(serializers.Serializer[Any]):
    """One group a member is in."""

    name = NameField(max_length=64)
    role = NameField(max_length=64, required=False)


class UpdateMemberBody(ChangesBody):
    """PATCH /cli/mesh/<slug>/members/<id>."""

    display_name = NameField(required=False)
    role_tag = NameField(required=False, max_length=64, allow_blank=True)
    groups = serializers.ListField(child=GroupBody(), required=False, max_length=MAX_GROUPS)
    message_mode = OneOfField(Member.MessageMode.values, required=False)
    role = OneOfField(GIVEN_ROLES, required=False)


class TokenPayloadBody(serializers.Serializer[Any]):
    """The decoded v1 token."""

    v = StrictIntegerField(min_value=1, max_value=1)
    mesh_id = StrictCharField(max_length=64)
    mesh_slug = StrictCharField(max_length=64)
    broker_url = StrictCharField(max_length=2048)
    expires_at = StrictIntegerField(min_value=0, max_value=INT64_MAX)
    mesh_root_key = StrictCharField(max_length=128)
    role = OneOfField(GIVEN_ROLES)
    owner_pubkey = PubkeyField()
    signature = SignatureField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        signed = {name: value for name, value in attrs.items() if name != "v"}
        return {"payload": TokenPayload(**signed)}


class JoinBody(serializers.Serializer[Any]):
    """POST /join."""

    invite_token = StrictCharField(max_length=8192)
    invite_payload = TokenPayloadBody()
    peer_pubkey = PubkeyField()
    display_name = NameField()


class ClaimBody(serializers.Serializer[Any]):
    """POST /invites/<code>/claim."""

    recipient_x25519_pubkey = StrictCharField(max_length=64)
    peer_pubkey = PubkeyField(**OPTIONAL, allow_blank=True)
    proof = SignatureField(**OPTIONAL, allow_blank=True)
    ticket = StrictCharField(**OPTIONAL, allow_blank=True, max_length=1024)
    display_name = NameField(**OPTIONAL, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("peer_pubkey")) != bool(attrs.get("proof")):
            raise serializers.ValidationError("Send peer_pubkey and proof together.")
        return attrs
