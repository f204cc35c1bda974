"""Presences and messages as the realtime core would write them, for pages that only read."""

from datetime import datetime
from typing import Any

from claudemesh_wire.ids import new_id
from django.utils import timezone

from meshes.models import Member, Mesh
from presence.models import Message, Presence


def arrive(mesh: Mesh, member: Member, name: str, **fields: object) -> Presence:
    """A connected presence; keyword arguments replace columns."""
    now = timezone.now()
    columns = {"status_at": now, "connected_at": now, "last_seen_at": now, "node_id": "n"}
    return Presence.objects.create(
        id=new_id(),
        mesh=mesh,
        member=member,
        session_id=new_id(),
        session_key=new_id() * 2,
        display_name=name,
        **columns | fields,
    )


def say(mesh: Mesh, at: datetime, **fields: Any) -> Message:
    """A message as the ledger would store it."""
    columns = {"sender_id": "m", "sender_name": "x", "target_spec": "*", "priority": "now"}
    return Message.objects.create(
        id=f"{int(at.timestamp() * 1000):012x}{new_id()[12:]}",
        mesh_id=mesh.pk,
        nonce="",
        ciphertext="the secret text",
        created_at=at,
        **columns | fields,
    )
