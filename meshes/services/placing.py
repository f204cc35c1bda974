"""Gives a key of a signed-in account its place in one mesh; `syncing` says if it is proven."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import CliSession
from audit import chains, events
from audit.services import NewEntry, append_many
from meshes.membership import lock_mesh
from meshes.models import Member, Mesh
from meshes.selectors import ROLE_RANK, Standing, strongest
from meshes.services import devices, roster
from meshes.services.admission import joined_entry
from meshes.services.suspension import entry as suspension_entry

logger = logging.getLogger(__name__)

#: Of one account in one mesh. An owner's are not counted: nobody could take one from them.
MAX_KEYS = 50


@dataclass(frozen=True)
class SyncedKey:
    """The key to be synced, the device it is on, and whether it was proven to be there."""

    device: CliSession
    pubkey: str
    display_name: str
    proven: bool


@dataclass
class Place:
    """What one account has in one mesh, read under the mesh's lock."""

    standing: Standing
    members: list[Member]
    entries: list[NewEntry] = field(default_factory=list)

    @property
    def barred(self) -> bool:
        """True if a key of the account was removed: then none is let in by the account."""
        removed = any(member.revoked_at is not None for member in self.members)
        return removed and not self.standing.is_owner

    @property
    def full(self) -> bool:
        return len(self.members) >= MAX_KEYS and not self.standing.is_owner

    @property
    def role(self) -> Member.Role:
        """The highest role of the account, by whichever key it has it."""
        if self.standing.is_owner:
            return Member.Role.OWNER
        return max((Member.Role(m.role) for m in self.members), key=ROLE_RANK.__getitem__)

    def vacant(self) -> Member | None:
        """The owner's place in a mesh that was made without a key of its owner's."""
        own = [m for m in self.members if m.is_vacant and m.role == Member.Role.OWNER]
        return own[0] if own and self.standing.is_owner else None


@transaction.atomic
def place_key(mesh_id: str, key: SyncedKey) -> Member | None:
    """The member of that key, with its mesh; None where it is not let in.

    Raises MeshError("invalid_or_revoked_token") for a device that was signed out meanwhile.
    """
    devices.hold(key.device)
    lock_mesh(mesh_id)
    place = _place_in(mesh_id, key.device)
    if place is None or place.barred:
        return None
    mesh = place.standing.mesh
    known = Member.objects.filter(mesh=mesh, pubkey=key.pubkey).first()
    member = _recognize(place, known, key) if known else _let_in(place, key)
    if member is not None:
        member.mesh = mesh
    append_many(place.entries)
    return member


def _place_in(mesh_id: str, device: CliSession) -> Place | None:
    mesh = Mesh.objects.filter(pk=mesh_id, archived_at__isnull=True).first()
    members = list(mesh.members.filter(user=device.user)) if mesh else []
    standing = strongest(mesh, device.user, members) if mesh else None
    return Place(standing, members) if standing else None


def _recognize(place: Place, member: Member, key: SyncedKey) -> Member | None:
    """A key that the mesh knows; proven, it is tied to the account and may act again."""
    user_id = key.device.user_id
    if member.revoked_at is not None or member.user_id not in (None, user_id):
        return None
    if not key.proven:
        return member
    if member.suspended_at is not None:
        if member.user_id is None:
            return None
        restored = suspension_entry(events.MEMBER_RESTORED, member, key.device.pk, user_id)
        place.entries.append(restored)
    if place.standing.is_owner and member.role != Member.Role.OWNER:
        place.entries.append(_became_owner(member, user_id))
        member.role = Member.Role.OWNER
    member.user_id, member.device_id, member.suspended_at = user_id, key.device.pk, None
    member.save(update_fields=["user", "device", "suspended_at", "role"])
    if place.entries:
        roster.touch(member.mesh_id)
    return member


def _let_in(place: Place, key: SyncedKey) -> Member | None:
    """A key that the mesh does not know."""
    if not key.proven:
        return _bring_along(place, key) if place.standing.can_manage else None
    vacant = place.vacant()
    if vacant is not None:
        return _take_place(place, vacant, key)
    if place.full:
        logger.warning("account %s has too many keys in a mesh", key.device.user_id)
        return None
    member = _new_member(place, key, role=place.role)
    place.entries.append(joined_entry(member, invite_id=None))
    return member


def _bring_along(place: Place, key: SyncedKey) -> Member:
    """As by an invite: nobody has proven whose key it is, so it is nobody's and a plain member."""
    member = _new_member(place, key, role=Member.Role.MEMBER)
    joined = joined_entry(member, invite_id=None)
    place.entries.append(joined._replace(actor=place.standing.actor))
    return member


def _new_member(place: Place, key: SyncedKey, *, role: Member.Role) -> Member:
    mesh = place.standing.mesh
    roster.touch(mesh.pk)
    user = key.device.user
    return Member.objects.create(
        mesh=mesh,
        user=user if key.proven else None,
        device=key.device if key.proven else None,
        pubkey=key.pubkey,
        display_name=key.display_name or user.display_name,
        role=role,
    )


def _take_place(place: Place, vacant: Member, key: SyncedKey) -> Member:
    """The owner of a mesh that was made in the browser comes with a key."""
    roster.touch(vacant.mesh_id)
    vacant.pubkey, vacant.device = key.pubkey, key.device
    vacant.save(update_fields=["pubkey", "device"])
    bound = {"pubkey": key.pubkey}
    place.entries.append(NewEntry(vacant.mesh_id, events.MEMBER_BOUND, vacant.pk, bound))
    return vacant


def _became_owner(member: Member, user_id: str) -> NewEntry:
    payload = {"member": member.pk, "from": str(member.role), "to": str(Member.Role.OWNER)}
    actor = chains.of_account(user_id)
    return NewEntry(member.mesh_id, events.ROLE_CHANGED, actor, payload)
