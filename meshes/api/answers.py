"""The shapes of what `shapes.py` builds, for the API schema; nothing is validated with them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.answers import Answer, OkAnswer
from meshes import policy
from meshes.api.bodies import GIVEN_ROLES
from meshes.models import Member

ROLES = Member.Role.values


class SelfEditableAnswer(Answer):
    """Which of their own fields members may change."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: serializers.BooleanField() for name in policy.SELF_EDITABLE}


class PolicyAnswer(Answer):
    """What holds on a mesh, decided or by default."""

    allowPlaintext = serializers.BooleanField()  # noqa: N815 - its name on the wire
    auditMessages = serializers.BooleanField()  # noqa: N815 - as above
    selfEditable = SelfEditableAnswer()  # noqa: N815


class MeshAnswer(Answer):
    """A mesh after a change."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    policy = PolicyAnswer()


class CreatedMeshAnswer(Answer):
    """A new mesh, and its root key sealed for the key that was sent."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    member_id = serializers.CharField()
    sealed_root_key = serializers.CharField()
    broker_url = serializers.CharField()


class MyMeshAnswer(Answer):
    """One of the account's meshes."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(ROLES)
    member_count = serializers.IntegerField()


class JoinedMeshAnswer(MyMeshAnswer):
    """One of the account's meshes, with who is on it."""

    is_owner = serializers.BooleanField()
    active_peers = serializers.IntegerField()
    joined_at = serializers.DateTimeField()
    broker_url = serializers.CharField()


class MeshesAnswer(Answer):
    """`{meshes}`."""

    meshes = JoinedMeshAnswer(many=True)


class CreatedInviteAnswer(Answer):
    """A new invitation. `emailed` is true only if the provider took the mail."""

    url = serializers.CharField()
    code = serializers.CharField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    emailed = serializers.BooleanField()
    invite_id = serializers.CharField()


class InviteAnswer(Answer):
    """An invitation in a list."""

    id = serializers.CharField()
    code = serializers.CharField()
    url = serializers.CharField()
    role = serializers.ChoiceField(GIVEN_ROLES)
    email = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    max_uses = serializers.IntegerField()
    used_count = serializers.IntegerField()
    uses_left = serializers.IntegerField()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class InvitesAnswer(Answer):
    """`{invites}`."""

    invites = InviteAnswer(many=True)


class GroupAnswer(Answer):
    """A group that a member is in."""

    name = serializers.CharField()
    role = serializers.CharField(required=False)


class MemberAnswer(Answer):
    """A member, as other members see it."""

    id = serializers.CharField()
    display_name = serializers.CharField()
    pubkey = serializers.CharField()
    role = serializers.ChoiceField(ROLES)
    role_tag = serializers.CharField()
    groups = GroupAnswer(many=True)
    message_mode = serializers.ChoiceField(Member.MessageMode.values)
    joined_at = serializers.DateTimeField()
    suspended = serializers.BooleanField()
    is_you = serializers.BooleanField()


class MembersAnswer(Answer):
    """`{members}`."""

    members = MemberAnswer(many=True)


class GrantsAnswer(Answer):
    """`{grants}`: all of the caller's, by key."""

    grants = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class AuditEntryAnswer(Answer):
    """An entry of an audit log; `payload` depends on `event_type`."""

    id = serializers.CharField()
    event_type = serializers.CharField()
    actor = serializers.CharField()
    payload = serializers.DictField()
    hash = serializers.CharField()
    created_at = serializers.CharField()


class AuditPageAnswer(Answer):
    """`{entries, total}`."""

    entries = AuditEntryAnswer(many=True)
    total = serializers.IntegerField()


class AuditVerdictAnswer(Answer):
    """Whether the log holds, and where it does not."""

    valid = serializers.BooleanField()
    entries = serializers.IntegerField()
    head = serializers.CharField()
    broken_at = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class JoinedAnswer(OkAnswer):
    """A member by a long link; `alreadyMember` is there when it is true."""

    memberId = serializers.CharField()  # noqa: N815 - its name on the wire
    alreadyMember = serializers.BooleanField(required=False)  # noqa: N815 - as above


class ClaimAnswer(Answer):
    """A member by a short link, with what the mesh's owner signed."""

    sealed_root_key = serializers.CharField()
    mesh_id = serializers.CharField()
    member_id = serializers.CharField()
    owner_pubkey = serializers.CharField()
    canonical_v2 = serializers.CharField()
    signature = serializers.CharField()
    mesh_slug = serializers.CharField()
    mesh_name = serializers.CharField()
    broker_url = serializers.CharField()


class InvitedMeshAnswer(Answer):
    """The mesh that an invitation leads to."""

    name = serializers.CharField()
    slug = serializers.CharField()


class PublicInviteAnswer(Answer):
    """What a code leads to; `token` is its long form."""

    found = serializers.BooleanField()
    token = serializers.CharField()
    mesh = InvitedMeshAnswer()
    role = serializers.ChoiceField(GIVEN_ROLES)
    expires_at = serializers.DateTimeField()


class NoInviteAnswer(Answer):
    """A code that leads nowhere (any more); text that can be no code is not even looked up."""

    found = serializers.BooleanField(required=False)
    error = serializers.ChoiceField(["not_found"])
    message = serializers.CharField()


class SyncedMeshAnswer(Answer):
    """A mesh that a key is on now; the root key comes for a key that was proven."""

    mesh_id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    broker_url = serializers.CharField()
    member_id = serializers.CharField()
    role = serializers.CharField()
    owner_pubkey = serializers.CharField()
    sealed_root_key = serializers.CharField(required=False)


class SyncAnswer(OkAnswer):
    """`{ok, account_id, meshes}`."""

    account_id = serializers.CharField()
    meshes = SyncedMeshAnswer(many=True)
