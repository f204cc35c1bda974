"""Ends presences: leases, what survives of a session, and where its mail goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from presence.clock import now
from presence.models import Delivery, DeliveryState, PeerState, Presence
from presence.parcel import Parcel
from presence.peer import address_without_key
from presence.storage.pending import parcel_from_row
from presence.storage.settlements import move

COUNTERS = ("messages_in", "messages_out", "tool_calls", "errors")


@dataclass(frozen=True, slots=True)
class Ended:
    """A presence that is no more. `undeliverable` died with it; `moved` waits for its member."""

    presence_id: str
    mesh_id: str
    member_id: str
    undeliverable: list[Parcel]
    moved: int


def start_lease(presence_id: str, *, last_seen_at: datetime, expires_at: datetime) -> None:
    """The socket is gone; the presence stays until `expires_at`, and is remembered already."""
    row = Presence.objects.filter(id=presence_id, disconnected_at=None).first()
    if row is not None:
        row.disconnected_at, row.lease_expires_at = now(), expires_at
        row.last_seen_at = last_seen_at
        row.save(update_fields=["disconnected_at", "lease_expires_at", "last_seen_at"])
        _remember(row, stats={})


def end(last_seen: dict[str, datetime]) -> list[Ended]:
    """Removes presences, given by id with their last sign of life; settles their mail.

    Mail addressed to the session's own key is undeliverable, for nobody has that key any more.
    Mail for a member or a group goes to the member's next session, unless another session of
    the member has it too. Runs inside the caller's transaction.
    """
    rows = list(Presence.objects.filter(id__in=last_seen).order_by("id"))
    for row in rows:
        row.last_seen_at = last_seen[row.id]
    return [_end(row) for row in rows]


def _end(row: Presence) -> Ended:
    _remember(row, stats=row.stats)
    mail = Delivery.objects.filter(
        member_id=row.member_id, state=DeliveryState.PENDING, address=_address(row)
    )
    lost: list[Delivery] = []
    kept: list[int] = []
    for delivery in mail.select_related("message", "message__sender", "member").order_by("id"):
        if delivery.message.target_spec == row.session_key or _has_other(delivery):
            lost.append(delivery)
        else:
            kept.append(delivery.id)
    if lost:
        move([delivery.id for delivery in lost], "undeliverable", "session_gone")
    if kept:
        Delivery.objects.filter(id__in=kept).update(address="", updated_at=now())
    row_id = row.id
    row.delete()
    parcels = [parcel_from_row(delivery, delivery.address) for delivery in lost]
    return Ended(row_id, row.mesh_id, row.member_id, parcels, len(kept))


def _has_other(delivery: Delivery) -> bool:
    """True if another session of the same member has, or may still get, the same message."""
    dead = (DeliveryState.UNDELIVERABLE, DeliveryState.EXPIRED)
    others = Delivery.objects.filter(
        message_id=delivery.message_id, member_id=delivery.member_id
    ).exclude(id=delivery.id)
    return others.exclude(state__in=dead).exists()


def _address(row: Presence) -> str:
    return row.session_key or address_without_key(row.session_id)


def _remember(row: Presence, *, stats: dict[str, Any]) -> None:
    state, _ = PeerState.objects.get_or_create(member_id=row.member_id)
    state.groups = row.groups
    state.summary = row.summary
    state.visible = row.visible
    state.stats = _sum(state.stats, stats)
    state.last_seen_at = row.last_seen_at
    state.save()


def _sum(total: dict[str, Any], session: dict[str, Any]) -> dict[str, int]:
    return {name: int(total.get(name, 0)) + int(session.get(name, 0)) for name in COUNTERS}
