"""Letting a newcomer in: a key becomes a member exactly once, and one use is counted.

Whether the invite is genuine was decided before (`joining`). Bans and suspensions are honored
here: such a key is refused whatever invite it comes with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import CliSession, User
from audit import events
from audit.services import NewEntry, append_many
from meshes.membership import check_welcome, lock_mesh
from meshes.models import Invite, Member, Mesh
from meshes.services import devices, roster

BIND_WITHIN = timedelta(minutes=10)
ADMIT_ATTEMPTS = 3

# Makes the error for "archived", "revoked", "expired" or "exhausted": v1 and v2 name them apart.
Refusal = Callable[[str], MeshError]


@dataclass(frozen=True)
class Newcomer:
    """Who wants in. `pubkey` is the ed25519 member key, "" for a key that comes with hello.

    `user` is the account to tie the member to, and `device` the one of that account it is on.
    Give them only when the newcomer has signed with `pubkey`: else somebody could put another
    person's key, and its role, under their own account. `by_ticket`: a ticket names the account.
    """

    pubkey: str
    display_name: str
    user: User | None = None
    device: CliSession | None = None
    by_ticket: bool = False


@dataclass(frozen=True)
class Joined:
    """The member, and whether it had joined before (then no use was counted)."""

    member: Member
    already_member: bool


def check_status(invite: Invite, refusal: Refusal) -> None:
    """Refuse what is over. Used up is decided later: a member may come back through its invite."""
    status = invite.status()
    if status in ("revoked", "expired"):
        raise refusal(status)


def admit(invite: Invite, newcomer: Newcomer, refusal: Refusal) -> Joined:
    """Turn the newcomer into a member; a race for the same key ends with one member for both."""
    for _ in range(ADMIT_ATTEMPTS):
        known = _known_member(invite.mesh, newcomer)
        if known is not None:
            return Joined(member=known, already_member=True)
        try:
            return Joined(member=_add_member(invite, newcomer, refusal), already_member=False)
        except IntegrityError:
            continue
        except MeshError:
            known = _known_member(invite.mesh, newcomer)
            if known is None:
                raise
            return Joined(member=known, already_member=True)
    raise MeshError("overloaded")


def _known_member(mesh: Mesh, newcomer: Newcomer) -> Member | None:
    """The member of that key, if there is one. Raises MeshError "revoked", "device_revoked"."""
    if not newcomer.pubkey:
        return None
    member = Member.objects.filter(mesh=mesh, pubkey=newcomer.pubkey).first()
    if member is None:
        return None
    if member.revoked_at is not None:
        raise MeshError("revoked", removed_sentence(mesh))
    check_welcome(member)
    return member if newcomer.user is None else _tie(member.pk, newcomer, newcomer.user)


@transaction.atomic
def _tie(member_id: str, newcomer: Newcomer, user: User) -> Member:
    """Tie a member to the account and device that its key was proven with; others' stay others'."""
    devices.hold(newcomer.device)
    member = Member.objects.select_related("mesh").get(pk=member_id)
    lock_mesh(member.mesh_id)
    member.refresh_from_db(fields=["user", "device", "revoked_at", "suspended_at"])
    check_welcome(member)
    if member.user_id is None:
        _check_account(member.mesh, newcomer)
        member.user = user
    elif member.user_id != user.pk:
        if newcomer.by_ticket:
            raise MeshError("malformed", "This machine's key belongs to another account already.")
        return member
    member.device = newcomer.device or member.device
    member.save(update_fields=["user", "device"])
    return member


def _check_account(mesh: Mesh, newcomer: Newcomer) -> None:
    """Whether the account may have this key tied to it, read under the mesh's lock.

    Raises MeshError: "revoked" for an account that had a key removed, "malformed" for a ticket of
    an account that has a key here: so a ticket brings one machine, and who finds a used one none.
    """
    others = Member.objects.filter(mesh=mesh, user=newcomer.user).exclude(pubkey=newcomer.pubkey)
    if newcomer.user is None or newcomer.user.pk == mesh.owner_id:
        others = others.filter(revoked_at__isnull=True)
    if others.filter(revoked_at__isnull=False).exists():
        raise MeshError("revoked", removed_sentence(mesh))
    if newcomer.by_ticket and others.exclude(pubkey="").exists():
        message = "Your account is on this mesh already. On this machine run: claudemesh login"
        raise MeshError("malformed", message)


def removed_sentence(mesh: Mesh) -> str:
    """What a removed member reads, on every edge."""
    return f'You\'ve been removed from "{mesh.name}". Contact the mesh owner to rejoin.'


@transaction.atomic
def _add_member(invite: Invite, newcomer: Newcomer, refusal: Refusal) -> Member:
    """Count one use and insert the member; either both happen or neither.

    Raises IntegrityError when the same key joined meanwhile.
    """
    devices.hold(newcomer.device)
    if not roster.touch(invite.mesh_id):
        raise refusal("archived")
    _check_account(invite.mesh, newcomer)
    now = timezone.now()
    used = Invite.objects.filter(
        pk=invite.pk, revoked_at__isnull=True, expires_at__gt=now, used_count__lt=F("max_uses")
    ).update(used_count=F("used_count") + 1)
    if not used:
        invite.refresh_from_db()
        raise refusal(invite.status(now))
    member = Member.objects.create(
        mesh_id=invite.mesh_id,
        user=newcomer.user,
        device=newcomer.device,
        pubkey=newcomer.pubkey,
        display_name=newcomer.display_name,
        role=invite.role,
        bind_until=None if newcomer.pubkey else now + BIND_WITHIN,
    )
    claimed = {"invite": invite.pk, "member": member.pk}
    append_many(
        [
            NewEntry(invite.mesh_id, events.INVITE_CLAIMED, member.pk, claimed),
            joined_entry(member, invite_id=invite.pk),
        ]
    )
    return member


def joined_entry(member: Member, *, invite_id: str | None) -> NewEntry:
    """The audit entry of a new member; the owner of a new mesh comes without an invite."""
    payload = {
        "name": member.display_name,
        "role": str(member.role),
        "pubkey": member.pubkey,
        "invite": invite_id,
    }
    return NewEntry(member.mesh_id, events.MEMBER_JOINED, member.pk, payload)
