"""Withdraws what was on its way from or to a member that was banned."""

from django.db.models import Q

from presence.models import Delivery, DeliveryState
from presence.parcel import Parcel
from presence.storage.pending import parcel_from_row
from presence.storage.settlements import move


def withdraw(member_id: str) -> list[Parcel]:
    """Makes undelivered mail of and for a revoked member undeliverable.

    A member that is not revoked (any more) keeps its mail. Runs inside the caller's transaction.
    """
    mine = Q(member_id=member_id, member__revoked_at__isnull=False) | Q(
        message__sender_id=member_id, message__sender__revoked_at__isnull=False
    )
    rows = list(
        Delivery.objects.filter(mine, state=DeliveryState.PENDING)
        .select_related("message", "message__sender", "member")
        .order_by("id")
    )
    if rows:
        move([row.id for row in rows], "undeliverable", "revoked")
    return [parcel_from_row(row, row.address) for row in rows]
