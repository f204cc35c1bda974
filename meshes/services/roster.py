"""Marks a mesh's roster as changed, in the caller's transaction, and says so after commit."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from meshes.models import Mesh
from meshes.signals import roster_changed


def touch(mesh_id: str) -> bool:
    """Lock the mesh row by bumping `roster_version`; call it before any other write.

    False when there is no such mesh or it is archived: then nothing may be changed in it.
    """
    open_mesh = Mesh.objects.filter(pk=mesh_id, archived_at__isnull=True)
    touched = bool(open_mesh.update(roster_version=F("roster_version") + 1))
    if touched:
        transaction.on_commit(lambda: announce(mesh_id), robust=True)
    return touched


def announce(mesh_id: str) -> None:
    """Ring the layers above; the row is the truth, so a lost ring costs time only."""
    roster_changed.send(sender=Mesh, mesh_id=mesh_id)
