"""Reads what waits for a session and claims what waits for any session of its member."""

from claudemesh_wire.signing import is_public_key
from django.db import connection
from django.db.models import F, Q, QuerySet

from presence.clock import now
from presence.models import Delivery, DeliveryState
from presence.parcel import Parcel, StoredMessage
from presence.storage.settlements import move


def fetch(
    *, member_id: str, address: str, only_now: bool, in_flight: set[int], limit: int
) -> list[Parcel]:
    """The oldest pending deliveries for a session, in order, at most `limit`.

    Those for any session of the member are claimed for this one, so that no other session of
    the member is pushed them too. What is not in flight counts as pushed once more. Runs
    inside the caller's transaction.
    """
    rows = _pending(member_id, address, only_now)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    found = list(rows.select_related("message", "message__sender", "member").order_by("id")[:limit])
    ids = [row.id for row in found if row.id not in in_flight]
    if ids:
        Delivery.objects.filter(id__in=ids).update(address=address, attempt=F("attempt") + 1)
    return [parcel_from_row(row, address) for row in found]


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
        message__sender__revoked_at=None,
    )
    return rows.filter(priority="now") if only_now else rows
