"""Tells senders how far their messages have come."""

from claudemesh_wire.broker import Receipt
from claudemesh_wire.codec import encode

from presence import metrics
from presence.clock import iso, now
from presence.core import Core
from presence.drafts import SettledState
from presence.frames import TextFrame
from presence.parcel import Parcel


class Receipts:
    """Sends receipts to the session a message came from, on whichever node it is.

    Nobody there: nothing is lost, `message_status` reads the same from the database.
    """

    def __init__(self, core: Core) -> None:
        self._hub = core.hub
        self._doorbell = core.doorbell

    def send(self, parcel: Parcel, state: SettledState, reason: str = "") -> None:
        """Sends one receipt, if anybody asked for it."""
        message = parcel.message
        session = self._hub.with_key(message.sender_id, message.sender_key)
        if session is not None:
            if session.wants_receipts:
                metrics.receipts.labels(state).inc()
                session.outbound.put(TextFrame(_receipt(parcel, state, reason)))
        elif self._doorbell.enabled:
            self._doorbell.ring_receipt(
                message.mesh_id,
                member_id=message.sender_id,
                session_key=message.sender_key,
                text=_receipt(parcel, state, reason),
            )

    def pass_on(self, member_id: str, session_key: str, text: str) -> None:
        """A receipt from another node."""
        session = self._hub.with_key(member_id, session_key)
        if session is not None and session.wants_receipts:
            session.outbound.put(TextFrame(text))


def _receipt(parcel: Parcel, state: SettledState, reason: str) -> str:
    message = parcel.message
    return encode(
        Receipt(
            message_id=message.id,
            id=message.client_id,
            recipient=parcel.recipient_key,
            recipient_name=parcel.recipient_name,
            state=state,
            at=iso(now()),
            reason=reason or None,
        )
    )
