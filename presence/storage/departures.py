"""Ends presences: leases, what survives of a session, and where its mail goes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from presence.clock import now
from presence.models import Delivery, DeliveryState, PeerState, Presence
from presence.parcel import Parcel
from presence.peer import address_without_key
from presence.storage.pending import parcel_from_row
from presence.storage.settlements import move

Address = tuple[str, str]  # member id, address of the session
COUNTERS = ("messages_in", "messages_out", "tool_calls", "errors")


@dataclass(frozen=True, slots=True)
class Ended:
    """A presence that is no more. `undeliverable` died with it; `moved` waits for its member."""

    presence_id: str
    mesh_id: str
    member_id: str
    undeliverable: list[Parcel]
    moved: int


def start_leases(last_seen: dict[str, datetime], *, lease_s: float) -> None:
    """The sockets are gone; the presences stay for `lease_s`, and are remembered already.

    Presences come by id, with their last sign of life.
    """
    rows = list(Presence.objects.filter(id__in=last_seen, disconnected_at=None).order_by("id"))
    moment = now()
    for row in rows:
        row.disconnected_at = moment
        row.lease_expires_at = moment + timedelta(seconds=lease_s)
        row.last_seen_at = last_seen[row.id]
    Presence.objects.bulk_update(rows, ["disconnected_at", "lease_expires_at", "last_seen_at"])
    _remember(rows, with_stats=False)


def end(last_seen: dict[str, datetime]) -> list[Ended]:
    """Removes presences, given by id with their last sign of life; settles their mail.

    Mail addressed to the session's own key is undeliverable, for nobody has that key any more.
    Mail for a member or a group goes to the member's next session, unless another session of
    the member has it too. Runs inside the caller's transaction.
    """
    rows = list(Presence.objects.filter(id__in=last_seen).order_by("id").select_for_update())
    for row in rows:
        row.last_seen_at = last_seen[row.id]
    _remember(rows, with_stats=True)
    mail = _mail_for({(row.member_id, _address(row)) for row in rows})
    ended = [
        _settle_mail(
            row.id, row.mesh_id, row.member_id, mail.get((row.member_id, _address(row)), [])
        )
        for row in rows
    ]
    Presence.objects.filter(id__in=[row.id for row in rows]).delete()
    return ended


def settle_strays(addresses: set[Address]) -> list[Ended]:
    """Settles mail that was stored for presences when they had ended; those there are left alone.

    A node resolves recipients by what it has heard; a session may have ended on another one.
    """
    members = {member_id for member_id, _ in addresses}
    there = {
        (row.member_id, _address(row)) for row in Presence.objects.filter(member_id__in=members)
    }
    return [
        _settle_mail("", mail[0].message.mesh_id, member_id, mail)
        for (member_id, _), mail in _mail_for(addresses - there).items()
    ]


def _mail_for(addresses: set[Address]) -> dict[Address, list[Delivery]]:
    """Pending deliveries by member and address, oldest first."""
    found: dict[Address, list[Delivery]] = defaultdict(list)
    deliveries = Delivery.objects.filter(
        member_id__in={member_id for member_id, _ in addresses},
        address__in={address for _, address in addresses},
        state=DeliveryState.PENDING,
    )
    joined = deliveries.select_related("message", "message__sender", "member")
    for delivery in joined.order_by("id"):
        if (delivery.member_id, delivery.address) in addresses:
            found[(delivery.member_id, delivery.address)].append(delivery)
    return found


def _settle_mail(presence_id: str, mesh_id: str, member_id: str, mail: list[Delivery]) -> Ended:
    lost: list[Delivery] = []
    kept: list[int] = []
    for delivery in mail:
        if delivery.message.target_spec == delivery.address or _has_other(delivery):
            lost.append(delivery)
        else:
            kept.append(delivery.id)
    if lost:
        move([delivery.id for delivery in lost], "undeliverable", "session_gone")
    if kept:
        Delivery.objects.filter(id__in=kept).update(address="", updated_at=now())
    parcels = [parcel_from_row(delivery, delivery.address) for delivery in lost]
    return Ended(presence_id, mesh_id, member_id, parcels, len(kept))


def _has_other(delivery: Delivery) -> bool:
    """True if another session of the same member has, or may still get, the same message.

    Asked for one presence after the other, so the last of several to go keeps the message.
    """
    dead = (DeliveryState.UNDELIVERABLE, DeliveryState.EXPIRED)
    others = Delivery.objects.filter(
        message_id=delivery.message_id, member_id=delivery.member_id
    ).exclude(id=delivery.id)
    return others.exclude(state__in=dead).exists()


def _address(row: Presence) -> str:
    return row.session_key or address_without_key(row.session_id)


def _remember(rows: list[Presence], *, with_stats: bool) -> None:
    """Keeps what outlives a session; the last one of a member wins."""
    states = PeerState.objects.in_bulk({row.member_id for row in rows})
    for row in rows:
        state = states.setdefault(row.member_id, PeerState(member_id=row.member_id))
        state.groups = row.groups
        state.summary = row.summary
        state.visible = row.visible
        state.last_seen_at = row.last_seen_at
        state.stats = _sum(state.stats, row.stats if with_stats else {})
    PeerState.objects.bulk_create(
        states.values(),
        update_conflicts=True,
        unique_fields=["member_id"],
        update_fields=["groups", "summary", "visible", "last_seen_at", "stats"],
    )


def _sum(total: dict[str, Any], session: dict[str, Any]) -> dict[str, int]:
    return {name: int(total.get(name, 0)) + int(session.get(name, 0)) for name in COUNTERS}
