"""Takes messages from the outbox to the broker and writes its answers down; composes none.

A row is in the outbox before its frame goes out. Whatever interrupts this leaves the row queued:
the next connection of any command repeats the same frame, and the broker answers it once.
"""

from __future__ import annotations

import contextlib
from itertools import groupby

from claudemesh_wire.broker import Ack

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.identity import new_keys
from claudemesh_cli.session.refusals import RETRIABLE, Refused, from_ack
from claudemesh_cli.store.outbox import OutboxEntry
from claudemesh_cli.store.sessions import SessionKeys
from claudemesh_cli.store.store import Store


async def post(connection: MeshConnection, store: Store, row: OutboxEntry) -> Ack:
    """Send one queued row and write down the answer.

    Raises Refused (the row is `failed`) or CliError `queued` (it is not known whether the broker
    has it; the row stays queued).
    """
    try:
        ack = await _exchange(connection, row)
    except Refused as refused:
        store.outbox.settle(row.id, "failed", f"{refused.code}: {refused.message}")
        raise
    except CliError as error:
        store.outbox.unclaim(row.id)
        raise still_queued(row, error) from error
    store.outbox.acked(row.id, ack.message_id)
    return ack


async def _exchange(connection: MeshConnection, row: OutboxEntry) -> Ack:
    ack = await connection.send(row.id, row.frame)
    if not ack.queued:
        raise from_ack(ack)
    return ack


def still_queued(row: OutboxEntry, cause: CliError) -> CliError:
    """What to tell about a message that could not be confirmed."""
    return CliError(
        "queued",
        f"{cause.message} Your message to {row.recipient} is not sent yet: it is queued here "
        f"(id {row.id}) and goes out with the next command that reaches the broker.",
        "See it with: claudemesh outbox",
        ExitCode.NETWORK,
    )


async def flush(desk: Desk) -> int:
    """Send what earlier commands left queued, oldest first; returns how many are left.

    Each row goes out under the session key that encrypted it: the recipient opens it with that.
    Raises CliError if the broker cannot be reached.
    """
    rows = desk.store.outbox.claim(desk.entry.mesh_id)
    waiting = {row.id for row in rows}
    try:
        for _, batch in groupby(rows, key=lambda row: row.session_public):
            await _flush_batch(desk, list(batch), waiting)
    except Refused as refused:
        desk.warn(f"Still queued: {len(waiting)} earlier messages. {refused.message}")
    finally:
        for id in waiting:
            desk.store.outbox.unclaim(id)
    return len(waiting)


async def _flush_batch(desk: Desk, rows: list[OutboxEntry], waiting: set[str]) -> None:
    connection = await desk.connect_briefly(_keys_of(rows[0]))
    try:
        for row in rows:
            await _flush_one(desk, connection, row)
            waiting.discard(row.id)
    finally:
        await connection.close()


async def _flush_one(desk: Desk, connection: MeshConnection, row: OutboxEntry) -> None:
    """Send one earlier row; a refusal for good is told and written down, others are raised."""
    try:
        ack = await _exchange(connection, row)
    except Refused as refused:
        if refused.code in RETRIABLE:
            raise
        desk.store.outbox.settle(row.id, "failed", f"{refused.code}: {refused.message}")
        desk.warn(f"Not sent: an earlier message to {row.recipient}. {refused.message}")
        return
    desk.store.outbox.acked(row.id, ack.message_id)
    desk.note(f"Sent: an earlier message to {row.recipient}, queued at {row.created_at}.")


def _keys_of(row: OutboxEntry) -> SessionKeys:
    keys = new_keys()
    if row.session_secret is None:
        return keys
    return SessionKeys(keys.session_id, row.session_public, row.session_secret)


async def close_quietly(connection: MeshConnection) -> None:
    """Close a connection whose end is of no interest any more."""
    with contextlib.suppress(CliError):
        await connection.close()
