"""What became of messages the broker has acked; encrypts again what missed its session."""

from __future__ import annotations

import asyncio
from typing import Literal

from claudemesh_wire.broker import MessageStatusResult
from claudemesh_wire.client import MessageStatus

from claudemesh_cli.session.composing import compose_again
from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.names import group_target
from claudemesh_cli.session.posting import post
from claudemesh_cli.session.refusals import Refused
from claudemesh_cli.store.outbox import OutboxEntry

Fate = Literal["underway", "delivered", "read", "undeliverable", "expired", "session_gone"]
_DELIVERED = frozenset({"delivered", "handed", "read"})
_LOST = frozenset({"undeliverable", "expired"})


def fate(row: OutboxEntry, status: MessageStatusResult) -> Fate:
    """How far a message is as a whole.

    A direct message is delivered when any session of the member has it, a group message when
    every recipient has it; one that will never get it makes a group message undeliverable.
    """
    states = [recipient.state for recipient in status.recipients]
    reached = [state for state in states if state in _DELIVERED]
    lost = [state for state in states if state in _LOST]
    direct = group_target(row.target) is None
    if reached and (direct or len(reached) == len(states)):
        return "read" if reached.count("read") == len(reached) else "delivered"
    if lost and (not direct or len(lost) == len(states)):
        if set(lost) == {"expired"}:
            return "expired"
        return "session_gone" if _can_send_again(row) else "undeliverable"
    return "underway"


def _can_send_again(row: OutboxEntry) -> bool:
    """True for a direct message that was not itself sent because another missed its session."""
    return row.recipient_member is not None and row.replaces is None


async def ask(connection: MeshConnection, row: OutboxEntry) -> MessageStatusResult:
    """The broker's record of one message. Raises Refused `not_found` if it has none any more."""
    request = MessageStatus(message_id=row.message_id or row.id)
    return await connection.request(request, MessageStatusResult)


async def follow_up(desk: Desk, connection: MeshConnection) -> None:
    """Ask about everything acked but unsettled, and settle what can be."""
    rows = desk.store.outbox.unsettled(desk.entry.mesh_id)
    await asyncio.gather(*(_follow_one(desk, connection, row) for row in rows))


async def _follow_one(desk: Desk, connection: MeshConnection, row: OutboxEntry) -> None:
    try:
        status = await ask(connection, row)
    except Refused as refused:
        if refused.code == "not_found":
            desk.store.outbox.settle(row.id, "unknown")
        return
    try:
        await settle(desk, connection, row, fate(row, status))
    except Refused as refused:
        desk.warn(f"Not delivered: your message to {row.recipient}. {refused.message}")


async def settle(
    desk: Desk, connection: MeshConnection, row: OutboxEntry, fate: Fate
) -> OutboxEntry | None:
    """Write down a fate; returns the row sent instead if the recipient's session was gone."""
    outbox = desk.store.outbox
    if fate in ("delivered", "read"):
        outbox.settle(row.id, "delivered")
    elif fate == "session_gone":
        return await send_again(desk, connection, row)
    elif fate in ("undeliverable", "expired"):
        outbox.settle(row.id, fate, fate)
        desk.warn(
            f"Not delivered: your message to {row.recipient} ({fate}). "
            f"Send it again: claudemesh outbox requeue {row.id}"
        )
    return None


async def send_again(
    desk: Desk, connection: MeshConnection, row: OutboxEntry
) -> OutboxEntry | None:
    """Encrypt to the member's key, hold, send; None (and `undeliverable`) if that cannot be."""
    new = compose_again(desk.entry, connection.keys, row, connection.hello_ack.key_epoch)
    if new is None:
        desk.store.outbox.settle(row.id, "undeliverable", "session_gone")
        desk.warn(f"Not delivered: your message to {row.recipient}, whose session has ended.")
        return None
    desk.store.outbox.add(new, instead_of=row.id)
    desk.warn(
        f"{row.recipient}'s session ended before your message arrived; sending it again, to be "
        "held until they connect."
    )
    await post(connection, desk.store, new)
    return desk.store.outbox.get(new.id)
