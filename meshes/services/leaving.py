"""Leaving a mesh of one's own accord. Being removed from one is `bans`' job."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.utils import timezone

from audit import events
from audit.services import NewEntry, append_many
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from meshes.services import roster
from meshes.signals import member_revoked


@transaction.atomic
def leave_mesh(*, by: Standing) -> None:
    """Give up the account's place in a mesh, with all its keys there.

    The keys are forgotten, so that a later invite may bring them back; what they wrote stays.
    Raises MeshError: "invalid" for the owner, "not_found" when the place is lost already.
    """
    if by.is_owner:
        raise MeshError("invalid", "The owner cannot leave the mesh; archive it instead.")
    mesh_id = by.mesh.pk
    touched = roster.touch(mesh_id)
    own = Member.objects.filter(mesh_id=mesh_id, user=by.user, revoked_at__isnull=True)
    leaving = list(own.order_by("id"))
    if not touched or not leaving:
        raise MeshError("not_found", "You have no mesh of that name.")
    Member.objects.filter(pk__in=[member.pk for member in leaving]).update(
        revoked_at=timezone.now(), pubkey="", bind_until=None, user=None, device=None
    )
    for member in leaving:
        _announce(mesh_id, member.pk)
    append_many(
        [
            NewEntry(mesh_id, events.MEMBER_LEFT, member.pk, {"name": member.display_name})
            for member in leaving
        ]
    )


def _announce(mesh_id: str, member_id: str) -> None:
    transaction.on_commit(
        lambda: member_revoked.send(sender=Mesh, mesh_id=mesh_id, member_id=member_id),
        robust=True,
    )
