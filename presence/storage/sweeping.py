"""Finds what has outlived its time: nodes, leases, messages, spent hellos. Bounded per run."""

from collections import Counter
from datetime import datetime, timedelta

from claudemesh_wire.audit import timestamp
from django.db import connection
from django.db.models import Exists, OuterRef

from audit import chains, events
from audit.services import NewEntry, append_many
from presence.clock import now
from presence.models import (
    Delivery,
    DeliveryState,
    LastHook,
    Message,
    Node,
    PendingStatus,
    Presence,
    SpentHello,
    UntoldKick,
)
from presence.parcel import Parcel
from presence.storage.pending import parcel_from_row
from presence.storage.settlements import move

BATCH = 2_000
LOCK_ID = 0x636D5377  # "cmSw": one sweeper at a time on PostgreSQL
SIGNING_LOCK_ID = 0x636D5369  # "cmSi": one that signs the ends of audit logs


def try_lock(lock_id: int = LOCK_ID) -> bool:
    """True if this node may sweep in the current transaction."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_id])
        return bool(cursor.fetchone()[0])


def bury_dead_nodes(*, silent_since: datetime, lease_s: float) -> int:
    """Presences of nodes without a heartbeat go into their lease; how many did."""
    live = Node.objects.filter(heartbeat_at__gte=silent_since).values("id")
    orphans = Presence.objects.filter(disconnected_at=None).exclude(node_id__in=live)
    count = orphans.update(
        disconnected_at=now(), lease_expires_at=now() + timedelta(seconds=lease_s)
    )
    Node.objects.filter(heartbeat_at__lt=silent_since).delete()
    return count


def leases_run_out() -> list[Presence]:
    """Presences whose socket is gone for longer than their lease."""
    rows = Presence.objects.filter(lease_expires_at__lt=now()).select_related("member")
    return list(rows.order_by("lease_expires_at")[:BATCH])


def expire_messages() -> list[Parcel]:
    """Gives up what nobody fetched in time; it stays visible to its sender for the retention.

    What is being settled this moment is left for the next time.
    """
    until = now()
    late = Delivery.objects.filter(state=DeliveryState.PENDING, expires_at__lt=until)
    if connection.features.has_select_for_update_skip_locked:
        late = late.select_for_update(skip_locked=True, of=("self",))
    joined = late.select_related("message", "message__sender", "member")
    rows = list(joined.order_by("id")[:BATCH])
    if rows:
        move([row.id for row in rows], "expired")
    _append_expired(rows, until)
    return [parcel_from_row(row, row.address) for row in rows]


def _append_expired(rows: list[Delivery], until: datetime) -> None:
    """One entry a mesh, in sum."""
    counts = Counter(row.message.mesh_id for row in rows)
    append_many(
        [
            NewEntry(
                mesh_id,
                events.MESSAGES_EXPIRED,
                chains.BROKER,
                {"count": count, "until": timestamp(until)},
            )
            for mesh_id, count in counts.items()
        ]
    )


def prune_settled(*, older_than: datetime) -> int:
    """Deletes settled deliveries, and messages that have none left; how many deliveries."""
    old = Delivery.objects.filter(updated_at__lt=older_than).exclude(state=DeliveryState.PENDING)
    ids = list(old.order_by("id").values_list("id", flat=True)[:BATCH])
    Delivery.objects.filter(id__in=ids).delete()
    empty = (
        Message.objects.filter(created_at__lt=older_than)
        .exclude(Exists(Delivery.objects.filter(message_id=OuterRef("id"))))
        .order_by("id")
        .values_list("id", flat=True)[:BATCH]
    )
    Message.objects.filter(id__in=list(empty)).delete()
    return len(ids)


def forget_the_brief() -> None:
    """Deletes signatures and hooks too old to be accepted, hooks and kicks nobody came for."""
    for model in (SpentHello, PendingStatus, LastHook, UntoldKick):
        model._default_manager.filter(expires_at__lt=now()).delete()
