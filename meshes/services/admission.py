"""Letting a newcomer in: a key becomes a member exactly once, and one use is counted.

Whether the invite is genuine was decided before (`joining`). Bans are honored here: a removed
key is refused whatever invite it comes with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from audit import events
from audit.services import NewEntry, append_many
from meshes.models import Invite, Member, Mesh
from meshes.services import roster

BIND_WITHIN = timedelta(minutes=10)
ADMIT_ATTEMPTS = 3

# Makes the error for "archived", "revoked", "expired" or "exhausted": v1 and v2 name them apart.
Refusal = Callable[[str], MeshError]


@dataclass(frozen=True)
class Newcomer:
    """Who wants in. `pubkey` is the ed25519 member key, "" for a key that comes with hello.

    `user` is the account to tie the member to. Give it only when the newcomer has signed with
    `pubkey`: else somebody could put another person's key, and its role, under their own account.
    """

    pubkey: str
    display_name: str
    user: User | None = None


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
    """The member of that key, if there is one. Raises MeshError("revoked") if it was removed."""
    if not newcomer.pubkey:
        return None
    member = Member.objects.filter(mesh=mesh, pubkey=newcomer.pubkey).first()
    if member is None:
        return None
    if member.revoked_at is not None:
        raise MeshError("revoked", removed_sentence(mesh))
    if newcomer.user is not None and member.user_id is None:
        Member.objects.filter(pk=member.pk, user__isnull=True).update(user=newcomer.user)
        member.refresh_from_db(fields=["user"])
    return member


def removed_sentence(mesh: Mesh) -> str:
    """What a removed member reads, on every edge."""
    return f'You\'ve been removed from "{mesh.name}". Contact the mesh owner to rejoin.'


@transaction.atomic
def _add_member(invite: Invite, newcomer: Newcomer, refusal: Refusal) -> Member:
    """Count one use and insert the member; either both happen or neither.

    Raises IntegrityError when the same key joined meanwhile.
    """
    if not roster.touch(invite.mesh_id):
        raise refusal("archived")
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
