"""Reads how far a message has come, and settles deliveries named by their message."""

from claudemesh_wire.broker import MessageStatusResult
from claudemesh_wire.fields import RecipientStatus
from django.db.models import Q

from presence.clock import iso
from presence.drafts import SettledState
from presence.models import Delivery, DeliveryState, Message
from presence.parcel import Parcel
from presence.roster import Roster
from presence.storage.pending import parcel_from_row, recipient_key
from presence.storage.settlements import BEFORE, move

ARRIVED = frozenset({DeliveryState.DELIVERED, DeliveryState.HANDED, DeliveryState.READ})


def message_status(
    member_id: str, mesh_id: str, message_id: str, roster: Roster | None
) -> MessageStatusResult | None:
    """The status of a member's own message, by the broker's id or its own; None if unknown."""
    own = Message.objects.filter(sender_id=member_id, mesh_id=mesh_id)
    message = own.filter(Q(id=message_id) | Q(client_id=message_id)).order_by("-id").first()
    if message is None:
        return None
    rows = list(
        Delivery.objects.filter(message_id=message.id).select_related("member").order_by("id")
    )
    arrived = [row.updated_at for row in rows if row.state in ARRIVED]
    return MessageStatusResult(
        message_id=message.id,
        target_spec=message.target_spec,
        delivered=len(arrived) == len(rows),
        delivered_at=iso(max(arrived)) if arrived else None,
        recipients=[_recipient(row, roster) for row in rows],
    )


def _recipient(row: Delivery, roster: Roster | None) -> RecipientStatus:
    """`stored` waits for its recipient, `pushed` for the recipient's ack."""
    peer = roster.peer_at(row.member_id, row.address) if roster and row.address else None
    connected = peer is not None and peer.connected
    pending = row.state == DeliveryState.PENDING
    arrived = row.state in ARRIVED
    waiting = "pushed" if connected and row.attempt else "stored"
    return RecipientStatus(
        name=row.recipient_name,
        pubkey=recipient_key(row),
        status="delivered"
        if arrived
        else "held"
        if connected or not row.address
        else "disconnected",
        state=waiting if pending else row.state,
        at=iso(row.updated_at),
    )


def settle_by_message(
    member_id: str, address: str, message_id: str, state: SettledState
) -> Parcel | None:
    """Settles the delivery of a message to a session; None if there was nothing to settle."""
    row = (
        Delivery.objects.filter(
            message_id=message_id, member_id=member_id, address=address, state__in=BEFORE[state]
        )
        .select_related("message", "message__sender", "member")
        .first()
    )
    if row is None:
        return None
    move([row.id], state)
    return parcel_from_row(row, address)
