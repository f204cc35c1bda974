"""Withdraws what was on its way from or to members that were banned."""

from collections.abc import Iterable

from django.db.models import Q

from meshes.models import Member
from presence.models import Delivery, DeliveryState
from presence.parcel import Parcel
from presence.storage.pending import parcel_from_row
from presence.storage.settlements import move

WITHDRAW_AT_ONCE = 1_000


def withdraw(member_ids: Iterable[str]) -> list[Parcel]:
    """Makes undelivered mail of and for revoked members undeliverable, 1,000 at a time or less.

    A member that is not revoked (any more) keeps its mail. Runs inside the caller's transaction.
    """
    revoked = list(
        Member.objects.filter(id__in=member_ids, revoked_at__isnull=False).values_list(
            "id", flat=True
        )
    )
    if not revoked:
        return []
    rows = _pending(Q(member_id__in=revoked)) or _pending(Q(message__sender_id__in=revoked))
    move([row.id for row in rows], "undeliverable", "revoked") if rows else None
    return [parcel_from_row(row, row.address) for row in rows]


def withdraw_all(member_id: str) -> list[Parcel]:
    """The same for one member, whatever there is of it."""
    found: list[Parcel] = []
    while some := withdraw([member_id]):
        found += some
    return found


def withdraw_leftovers() -> list[Parcel]:
    """Mail from or to any revoked member: of bans whose node did not live to withdraw it."""
    return withdraw(Member.objects.filter(revoked_at__isnull=False).values_list("id", flat=True))


def _pending(which: Q) -> list[Delivery]:
    rows = Delivery.objects.filter(which, state=DeliveryState.PENDING)
    joined = rows.select_related("message", "message__sender", "member")
    return list(joined.order_by("id")[:WITHDRAW_AT_ONCE])
