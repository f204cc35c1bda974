"""Small writes to presences and to what outlives them, and reads over all meshes."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count

from presence.clock import now
from presence.models import Node, PeerState, Presence
from storing.bulk import insert, moment

TABLE = Presence._meta.db_table
COLUMNS = [
    "id",
    "mesh_id",
    "member_id",
    "node_id",
    "session_id",
    "session_key",
    "display_name",
    "status",
    "status_source",
    "remote_addr",
    "summary",
    "visible",
    "groups",
    "details",
    "stats",
    "status_at",
    "connected_at",
    "last_seen_at",
]
TYPES = ("text " * 11 + "boolean jsonb jsonb jsonb timestamptz timestamptz timestamptz").split()


def insert_presences(rows: list[Presence]) -> None:
    """Inserts connected presences. Raises IntegrityError if one of them is listed elsewhere."""
    if rows:
        insert(TABLE, COLUMNS, TYPES, [_values(row) for row in rows])


def _values(row: Presence) -> tuple[Any, ...]:
    return (
        row.id,
        row.mesh_id,
        row.member_id,
        row.node_id,
        row.session_id,
        row.session_key,
        row.display_name,
        row.status,
        row.status_source,
        row.remote_addr,
        row.summary,
        row.visible,
        json.dumps(row.groups),
        json.dumps(row.details),
        json.dumps(row.stats),
        moment(row.status_at),
        moment(row.connected_at),
        moment(row.last_seen_at),
    )


def update_presence(presence_id: str, fields: dict[str, Any]) -> None:
    """Writes fields of a presence that is still there."""
    Presence.objects.filter(id=presence_id).update(**fields)


def update_profile(member_id: str, parts: dict[str, Any]) -> None:
    """Merges parts into a member's profile; a part that is None stays as it was."""
    state, _ = PeerState.objects.get_or_create(member_id=member_id)
    state.profile = state.profile | parts
    state.save(update_fields=["profile"])


def count_connected(mesh_ids: Iterable[str]) -> dict[str, int]:
    """Connected peers by mesh id; meshes without any are left out."""
    rows = Presence.objects.filter(mesh_id__in=list(mesh_ids), disconnected_at=None)
    return dict(rows.values_list("mesh_id").annotate(peers=Count("id")))


def beat(node_id: str, hostname: str, pid: int, started_at: datetime) -> None:
    """Writes this node's heartbeat."""
    Node.objects.update_or_create(
        id=node_id,
        defaults={"heartbeat_at": now(), "hostname": hostname, "pid": pid},
        create_defaults={
            "heartbeat_at": now(),
            "hostname": hostname,
            "pid": pid,
            "started_at": started_at,
        },
    )


def count_nodes(silent_since: datetime) -> int:
    """Nodes with a heartbeat since then."""
    return Node.objects.filter(heartbeat_at__gte=silent_since).count()


def leave(node_id: str, lease_expires_at: datetime) -> None:
    """A node stops: its presences go into their lease, its row goes."""
    Presence.objects.filter(node_id=node_id, disconnected_at=None).update(
        disconnected_at=now(), lease_expires_at=lease_expires_at
    )
    Node.objects.filter(id=node_id).delete()
