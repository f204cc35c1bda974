"""Removing a member for good, and letting it back."""

from __future__ import annotations

from datetime import datetime

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.utils import timezone

from audit import events
from audit.services import NewEntry, append_many
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

    Other keys of the member's account go with it: the person is meant, not one machine. Whoever
    lost its own place meanwhile bans nobody, so of two admins that ban each other one wins.
    `by_account`: see `managing_member`. Raises MeshError: "forbidden", "device_revoked",
    "not_found" for no member of this mesh, "invalid" for oneself, the owner, or somebody who is
    banned already.
    """
    by = _manager(mesh_id, by_member_id, by_account)
    member = _member(mesh_id, member_id)
    _check_may_ban(by, member)
    at = timezone.now()
    made = [_revoke(each, Ban(banned_by=by, banned_at=at, reason=reason)) for each in _all(member)]
    withdrawn = _withdraw_invites(member, at)
    append_many(
        [
            *(NewEntry(mesh_id, events.MEMBER_BANNED, by.pk, _banned(each)) for each in made),
            *(NewEntry(mesh_id, events.INVITE_REVOKED, by.pk, {"invite": i}) for i in withdrawn),
        ]
    )
    return made[0]


def _check_may_ban(by: Member, member: Member) -> None:
    """Raises MeshError("invalid")."""
    if member.pk == by.pk:
        raise MeshError("invalid", "You cannot ban yourself.")
    if member.role == Member.Role.OWNER or _is(member, member.mesh.owner_id):
        raise MeshError("invalid", "The owner of a mesh cannot be banned.")
    if _is(member, by.user_id):
        message = "That is another key of yours; sign its device out instead."
        raise MeshError("invalid", message)
    if member.revoked_at is not None:
        raise MeshError("invalid", f"{member.display_name} is banned already.")


def _is(member: Member, user_id: str | None) -> bool:
    return member.user_id is not None and member.user_id == user_id


def _all(member: Member) -> list[Member]:
    """The member, then the other keys by which its account is in the mesh."""
    if member.user_id is None:
        return [member]
    own = Member.objects.filter(mesh_id=member.mesh_id, user_id=member.user_id)
    others = own.filter(revoked_at__isnull=True).exclude(pk=member.pk)
    return [member, *others.order_by("id")]


def _revoke(member: Member, ban: Ban) -> Ban:
    member.revoked_at = ban.banned_at
    member.save(update_fields=["revoked_at"])
    ban.member, ban.mesh_id = member, member.mesh_id
    ban.save(force_insert=True)
    _announce(member.mesh_id, member.pk)
    return ban


def _announce(mesh_id: str, member_id: str) -> None:
    transaction.on_commit(
        lambda: member_revoked.send(sender=Mesh, mesh_id=mesh_id, member_id=member_id),
        robust=True,
    )


def _banned(ban: Ban) -> dict[str, str]:
    name = ban.member.display_name
    return {"member": ban.member_id, "name": name, "reason": ban.reason}


@transaction.atomic
def unban(*, mesh_id: str, by_member_id: str, member_id: str, by_account: bool = False) -> Ban:
    """Let a banned member back with its old key, and with those that were banned along with it.

    Raises MeshError: "forbidden", "device_revoked", "not_found", "invalid" for somebody who is
    not banned.
    """
    by = _manager(mesh_id, by_member_id, by_account)
    member = _member(mesh_id, member_id)
    open_bans = Ban.objects.select_related("member").filter(lifted_at__isnull=True)
    lifted = open_bans.filter(member=member).first()
    if member.revoked_at is None or lifted is None:
        raise MeshError("invalid", f"{member.display_name} is not banned.")
    along = _banned_along(lifted, member)
    for each in (lifted, *along):
        _lift(each, by)
    append_many(
        [
            NewEntry(
                mesh_id,
                events.MEMBER_UNBANNED,
                by.pk,
                {"member": each.member_id, "name": each.member.display_name},
            )
            for each in (lifted, *along)
        ]
    )
    return lifted


def _banned_along(ban: Ban, member: Member) -> list[Ban]:
    """Bans of other keys of the account that were made with this one."""
    if member.user_id is None:
        return []
    rows = Ban.objects.filter(mesh_id=ban.mesh_id, banned_at=ban.banned_at, lifted_at__isnull=True)
    own = rows.filter(member__user_id=member.user_id).exclude(pk=ban.pk)
    return list(own.select_related("member").order_by("member_id"))


def _lift(ban: Ban, by: Member) -> None:
    member = ban.member
    member_returning.send(sender=Mesh, mesh_id=ban.mesh_id, member_id=member.pk)
    member.revoked_at = None
    member.save(update_fields=["revoked_at"])
    ban.lifted_at, ban.lifted_by = timezone.now(), by
    ban.save(update_fields=["lifted_at", "lifted_by"])


def _withdraw_invites(member: Member, at: datetime) -> list[str]:
    """Else a banned admin comes back under another key through a link kept in reserve.

    Returns the ids of the invites.
    """
    if member.user_id is None:
        return []
    open_ones = Invite.objects.filter(
        mesh_id=member.mesh_id, created_by_id=member.user_id, revoked_at__isnull=True
    )
    withdrawn = list(open_ones.order_by("id").values_list("id", flat=True))
    open_ones.update(revoked_at=at)
    return withdrawn


def _manager(mesh_id: str, by_member_id: str, by_account: bool) -> Member:
    """Who acts, read under the mesh's lock."""
    if not roster.touch(mesh_id):
        raise MeshError("not_found", "You have no mesh of that name.")
    return managing_member(mesh_id, by_member_id, by_account=by_account)


def _member(mesh_id: str, member_id: str) -> Member:
    rows = Member.objects.select_related("mesh").filter(mesh_id=mesh_id, pk=member_id)
    member = rows.first()
    if member is None:
        raise MeshError("not_found", "This mesh has no such member.")
    return member
