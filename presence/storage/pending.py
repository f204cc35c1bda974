"""Reads what waits for a session and claims what waits for any session of its member."""

from dataclasses import dataclass

from claudemesh_wire.signing import is_public_key
from django.db import connection
from django.db.models import F, Q, QuerySet

from presence.clock import now
from presence.models import Delivery, DeliveryState
from presence.parcel import Parcel, StoredMessage
from presence.storage.settlements import move


@dataclass(frozen=True, slots=True)
class Room:
    """What a session can take: of `limit` pending deliveries those `in_flight` are there already.

    `max_attempts` pushes of one delivery are enough.
    """

    limit: int
    max_bytes: int
    in_flight: set[int]
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """`parcels` to push, in order; those `given_up`; `more` if the room was too small for all."""

    parcels: list[Parcel]
    given_up: list[Parcel]
    more: bool


def fetch(*, member_id: str, address: str, only_now: bool, room: Room) -> Fetched:
    """The oldest pending deliveries for a session that are not in flight.

    Those for any session of the member are claimed for this one, so that no other session of
    the member is pushed them too. Each counts as pushed once more. Runs inside the caller's
    transaction.
    """
    rows = _pending(member_id, address, only_now)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    joined = rows.select_related("message", "message__sender", "member")
    found = list(joined.order_by("id")[: room.limit])
    waiting = [row for row in found if row.id not in room.in_flight]
    given_up = [row for row in waiting if row.attempt >= room.max_attempts]
    if given_up:
        move([row.id for row in given_up], "undeliverable", "no_ack")
    candidates = [row for row in waiting if row.attempt < room.max_attempts]
    fitting = _fitting(candidates, room.max_bytes)
    if fitting:
        Delivery.objects.filter(id__in=[row.id for row in fitting]).update(
            address=address, attempt=F("attempt") + 1
        )
    return Fetched(
        parcels=[parcel_from_row(row, address) for row in fitting],
        given_up=[parcel_from_row(row, row.address) for row in given_up],
        more=len(found) == room.limit or len(fitting) < len(candidates),
    )


def _fitting(rows: list[Delivery], max_bytes: int) -> list[Delivery]:
    """As many as a window takes: the one that reaches its size is the last."""
    size = 0
    for position, row in enumerate(rows):
        if size >= max_bytes:
            return rows[:position]
        size += len(row.message.ciphertext) + len(row.message.nonce)
    return rows


def count_again(ids: list[int], max_attempts: int) -> dict[int, int]:
    """Counts one more push of each delivery; attempts by id. Over the limit: given up."""
    Delivery.objects.filter(id__in=ids, state=DeliveryState.PENDING).update(
        attempt=F("attempt") + 1
    )
    attempts = dict(
        Delivery.objects.filter(id__in=ids, state=DeliveryState.PENDING).values_list(
            "id", "attempt"
        )
    )
    move(
        [i for i, attempt in attempts.items() if attempt > max_attempts], "undeliverable", "no_ack"
    )
    return attempts


def members_with_mail(member_ids: list[str]) -> set[str]:
    """Those members who have anything pending."""
    rows = Delivery.objects.filter(member_id__in=member_ids, state=DeliveryState.PENDING)
    return set(rows.values_list("member_id", flat=True).distinct())


def parcel_from_row(row: Delivery, address: str) -> Parcel:
    """A delivery row, with its message and sender joined, as it will be pushed."""
    message = row.message
    stored = StoredMessage(
        id=message.id,
        mesh_id=message.mesh_id,
        sender_id=message.sender_id,
        sender_member_key=message.sender.pubkey,
        sender_key=message.sender_session_key,
        sender_name=message.sender_name,
        client_id=message.client_id,
        target_spec=message.target_spec,
        priority=message.priority,
        nonce=message.nonce,
        ciphertext=message.ciphertext,
        encryption=message.encryption,
        key_epoch=message.key_epoch,
        created_at=message.created_at,
        subtype=message.subtype,
    )
    return Parcel(
        delivery_id=row.id,
        message=stored,
        member_id=row.member_id,
        address=address,
        recipient_key=recipient_key(row),
        recipient_name=row.recipient_name,
        attempt=row.attempt + 1,
    )


def recipient_key(row: Delivery) -> str:
    """The key a receipt names: the session's, or the member's where there is none."""
    return row.address if is_public_key(row.address) else row.member.pubkey


def _pending(member_id: str, address: str, only_now: bool) -> QuerySet[Delivery]:
    wanted = Q(address=address) | Q(address="")
    rows = Delivery.objects.filter(
        wanted,
        member_id=member_id,
        state=DeliveryState.PENDING,
        expires_at__gt=now(),
        member__revoked_at=None,
        member__suspended_at=None,
        message__sender__revoked_at=None,
    )
    return rows.filter(priority="now") if only_now else rows
