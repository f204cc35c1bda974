"""Removing a member for good, and letting it back."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.utils import timezone

from audit import events
from audit.services import NewEntry, append, append_many
from meshes.membership import managing_member
from meshes.models import Ban, Invite, Member, Mesh
from meshes.services import roster
from meshes.signals import member_returning, member_revoked


@transaction.atomic
def ban(
    *,
    mesh_id: str,
    by_member_id: str,
    member_id: str,
    reason: str = "",
    by_account: bool = False,
) -> Ban:
    """Revoke a member and the invites it made, on behalf of the owner or an admin.

    Whoever lost its own place meanwhile bans nobody, so of two admins that ban each other one
    wins. Raises MeshError: "forbidden", "not_found" for no member of this mesh, "invalid" for
    oneself, the owner, or somebody who is banned already.
    """
    by = _manager(mesh_id, by_member_id, by_account)
    member = _member(mesh_id, member_id)
    if member.pk == by.pk:
        raise MeshError("invalid", "You cannot ban yourself.")
    if member.role == Member.Role.OWNER:
        raise MeshError("invalid", "The owner of a mesh cannot be banned.")
    if member.revoked_at is not None:
        raise MeshError("invalid", f"{member.display_name} is banned already.")
    member.revoked_at = timezone.now()
    member.save(update_fields=["revoked_at"])
    withdrawn = _withdraw_invites(member)
    made = Ban.objects.create(
        mesh_id=mesh_id, member=member, banned_by=by, banned_at=member.revoked_at, reason=reason
    )
    transaction.on_commit(
        lambda: member_revoked.send(sender=Mesh, mesh_id=mesh_id, member_id=member_id),
        robust=True,
    )
    payload = {"member": member.pk, "name": member.display_name, "reason": reason}
    append_many(
        [
            NewEntry(mesh_id, events.MEMBER_BANNED, by.pk, payload),
            *(NewEntry(mesh_id, events.INVITE_REVOKED, by.pk, {"invite": i}) for i in withdrawn),
        ]
    )
    return made


@transaction.atomic
def unban(*, mesh_id: str, by_member_id: str, member_id: str, by_account: bool = False) -> Ban:
    """Let a banned member back with its old key.

    Raises MeshError: "forbidden", "not_found", "invalid" for somebody who is not banned.
    """
    by = _manager(mesh_id, by_member_id, by_account)
    member = _member(mesh_id, member_id)
    lifted = Ban.objects.filter(member=member, lifted_at__isnull=True).first()
    if member.revoked_at is None or lifted is None:
        raise MeshError("invalid", f"{member.display_name} is not banned.")
    member_returning.send(sender=Mesh, mesh_id=mesh_id, member_id=member_id)
    member.revoked_at = None
    member.save(update_fields=["revoked_at"])
    lifted.lifted_at, lifted.lifted_by = timezone.now(), by
    lifted.save(update_fields=["lifted_at", "lifted_by"])
    append(
        mesh_id=mesh_id,
        type=events.MEMBER_UNBANNED,
        actor=by.pk,
        payload={"member": member.pk, "name": member.display_name},
    )
    return lifted


def _withdraw_invites(member: Member) -> list[str]:
    """Else a banned admin comes back under another key through a link kept in reserve.

    Returns the ids of the invites.
    """
    if member.user_id is None:
        return []
    open_ones = Invite.objects.filter(
        mesh_id=member.mesh_id, created_by_id=member.user_id, revoked_at__isnull=True
    )
    withdrawn = list(open_ones.order_by("id").values_list("id", flat=True))
    open_ones.update(revoked_at=member.revoked_at)
    return withdrawn


def _manager(mesh_id: str, by_member_id: str, by_account: bool) -> Member:
    """Who acts, read under the mesh's lock."""
    if not roster.touch(mesh_id):
        raise MeshError("not_found", "You have no mesh of that name.")
    return managing_member(mesh_id, by_member_id, by_account=by_account)


def _member(mesh_id: str, member_id: str) -> Member:
    member = Member.objects.filter(mesh_id=mesh_id, pk=member_id).first()
    if member is None:
        raise MeshError("not_found", "This mesh has no such member.")
    return member
