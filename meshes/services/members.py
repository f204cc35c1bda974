"""Changing what a member is called, which groups it is in, and what role it has."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from django.db import transaction

from audit import events
from audit.services import append
from meshes import policy
from meshes.models import Member
from meshes.selectors import Standing, counted_members
from meshes.services import roster

# Column -> its name in the mesh's `selfEditable` policy.
PROFILE_FIELDS = {
    "display_name": "displayName",
    "role_tag": "roleTag",
    "groups": "groups",
    "message_mode": "messageMode",
}


@transaction.atomic
def update_member(*, by: Standing, member_id: str, changes: dict[str, Any]) -> Member:
    """Change a member's profile (`display_name, role_tag, groups, message_mode`) or `role`.

    Raises MeshError: "not_found" for a member of another mesh, "forbidden" where the rules below
    do not allow it, "invalid" for the owner's role, "device_revoked".
    """
    by.require_welcome()
    if not roster.touch(by.mesh.pk):
        raise MeshError("not_found", "You have no mesh of that name.")
    member = Member.objects.filter(counted_members(), mesh=by.mesh, pk=member_id).first()
    if member is None:
        raise MeshError("not_found", "This mesh has no such member.")
    _check_profile(by, member, changes)
    if "role" in changes:
        _check_role(by, member)
    role = member.role
    for field, value in changes.items():
        setattr(member, field, value)
    member.save(update_fields=list(changes))
    if member.role != role:
        append(
            mesh_id=by.mesh.pk,
            type=events.ROLE_CHANGED,
            actor=by.actor,
            payload={"member": member.pk, "from": str(role), "to": str(member.role)},
        )
    return member


def _check_profile(by: Standing, member: Member, changes: dict[str, Any]) -> None:
    """Managers edit anyone; others themselves, as far as the mesh's policy lets them."""
    if by.can_manage:
        return
    if member.user_id != by.user.pk:
        raise MeshError("forbidden", "You may edit your own profile only.")
    allowed = policy.effective(by.mesh.policy)["selfEditable"]
    for field, policy_name in PROFILE_FIELDS.items():
        if field in changes and not allowed[policy_name]:
            raise MeshError("forbidden", f"This mesh does not let members change {field}.")


def _check_role(by: Standing, member: Member) -> None:
    """Roles are the owner's to give; the owner's own cannot be given away here."""
    by.require_owner()
    if member.role == Member.Role.OWNER:
        raise MeshError("invalid", "The owner's role cannot be changed.")
