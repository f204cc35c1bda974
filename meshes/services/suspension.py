"""Barring the keys of a device that was signed out, or one key by hand. Bans are not touched."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.utils import timezone

from audit import chains, events
from audit.services import NewEntry, append_many
from meshes.models import Member, Mesh
from meshes.selectors import Standing, counted_members
from meshes.services import roster
from meshes.signals import member_suspended


def suspend_device(*, device_id: str, by_user_id: str) -> list[Member]:
    """Suspend every member that came by a device, in the transaction that revoked it.

    That transaction holds the device's row, so no member can be tied to it any more. Banned
    members are suspended as well: an unban must not bring back a key that may be stolen.
    """
    tied = Member.objects.filter(device_id=device_id, suspended_at__isnull=True)
    suspended: list[Member] = []
    for mesh_id in sorted(set(tied.order_by().values_list("mesh_id", flat=True))):
        if roster.touch(mesh_id):
            suspended += tied.filter(mesh_id=mesh_id).order_by("id")
    ids = [member.pk for member in suspended]
    Member.objects.filter(pk__in=ids).update(suspended_at=timezone.now())
    for member in suspended:
        _announce(member.mesh_id, member.pk)
    append_many([entry(events.MEMBER_REVOKED, each, device_id, by_user_id) for each in suspended])
    return suspended


@transaction.atomic
def suspend_key(*, by: Standing, member_id: str) -> Member:
    """Suspend one key of the account by hand: its machine logged out, or was never signed in.

    Twice is once. Raises MeshError: "forbidden" for a key of somebody else, "not_found".
    """
    if not roster.touch(by.mesh.pk):
        raise MeshError("not_found", "You have no mesh of that name.")
    member = Member.objects.filter(counted_members(), mesh=by.mesh, pk=member_id).first()
    if member is None:
        raise MeshError("not_found", "This mesh has no such member.")
    if member.user_id != by.user.pk:
        raise MeshError("forbidden", "That key is not yours; others are removed by a ban.")
    if member.suspended_at is None:
        member.suspended_at = timezone.now()
        member.save(update_fields=["suspended_at"])
        _announce(member.mesh_id, member.pk)
        append_many([entry(events.MEMBER_REVOKED, member, member.device_id, by.user.pk)])
    return member


def entry(event: str, member: Member, device_id: str | None, by_user_id: str) -> NewEntry:
    """The audit entry of a member that was suspended or restored with a device."""
    payload = {"member": member.pk, "name": member.display_name, "device": device_id}
    return NewEntry(member.mesh_id, event, chains.of_account(by_user_id), payload)


def _announce(mesh_id: str, member_id: str) -> None:
    transaction.on_commit(
        lambda: member_suspended.send(sender=Mesh, mesh_id=mesh_id, member_id=member_id),
        robust=True,
    )
