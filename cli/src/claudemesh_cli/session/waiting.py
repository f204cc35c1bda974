"""Waits until a message is delivered or read, or says that it is not; sends nothing but questions.

Receipts only say when to look again: what counts is the broker's record, so a lost receipt or a
lost connection costs time and never turns into a wrong answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal

from claudemesh_wire.broker import Receipt

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.connection import Event, MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.following import ask, fate, settle
from claudemesh_cli.session.posting import close_quietly
from claudemesh_cli.session.reconnect import Backoff

Stage = Literal["delivered", "read"]
#: Looks at the record at least this often, should a receipt get lost between nodes.
_LOOK_AGAIN_S = 5.0


class Receipts:
    """Notices that a receipt came; holds one bit, so it cannot grow."""

    def __init__(self) -> None:
        self._came = asyncio.Event()

    async def take(self, connection: MeshConnection, event: Event) -> None:
        """The event handler of the sending connection."""
        if isinstance(event, Receipt):
            self._came.set()

    async def next(self, connection: MeshConnection) -> None:
        """Return at the next receipt, after a while, or when the connection ends."""
        waiter = asyncio.ensure_future(self._came.wait())
        await asyncio.wait(
            (waiter, connection.reader),
            timeout=_LOOK_AGAIN_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiter.cancel()
        self._came.clear()


async def wait_until(
    desk: Desk,
    connection: MeshConnection,
    receipts: Receipts,
    id: str,
    stage: Stage,
    timeout_s: float,
) -> None:
    """Return when the message, or the one sent in its place, has come as far as `stage`.

    Raises CliError `not_delivered` (exit code 10) at the deadline, or as soon as it is clear that
    it never will be.
    """
    watch = _Watch(desk, connection, receipts, id, stage)
    try:
        await asyncio.wait_for(watch.run(), timeout_s)
    except asyncio.TimeoutError:
        raise _too_late(watch, timeout_s) from None


class _Watch:
    """One message being watched; `id` moves on when it is sent again under another."""

    def __init__(
        self, desk: Desk, connection: MeshConnection, receipts: Receipts, id: str, stage: Stage
    ) -> None:
        self.id = id
        self.stage = stage
        self.recipient = ""
        self._desk = desk
        self._given = connection
        self._own: MeshConnection | None = None
        self._receipts = receipts

    async def run(self) -> None:
        """Look, wait for a sign, look again; connects anew when the connection ends."""
        backoff = Backoff()
        try:
            while not await self._follow(backoff):
                await asyncio.sleep(backoff.next_s())
                await self._connect_again()
        finally:
            if self._own is not None:
                await close_quietly(self._own)

    async def _follow(self, backoff: Backoff) -> bool:
        """True when the message has arrived, False when the connection has ended before."""
        connection = self._own or self._given
        try:
            while not await self._arrived(connection):
                backoff.reset()
                await self._receipts.next(connection)
        except CliError as error:
            if error.exit_code is ExitCode.NETWORK:
                return False
            raise
        return True

    async def _connect_again(self) -> None:
        """Connect under the same session, if the broker is there; else leave things as they are."""
        if self._own is not None:
            await close_quietly(self._own)
        with contextlib.suppress(CliError):
            self._own = await self._desk.connect_briefly(self._given.keys, self._receipts.take)

    async def _arrived(self, connection: MeshConnection) -> bool:
        row = self._desk.store.outbox.get(self.id)
        assert row is not None
        self.recipient = row.recipient
        now = fate(row, await ask(connection, row))
        if now in ("delivered", "read"):
            await settle(self._desk, connection, row, now)
            return now == "read" or self.stage == "delivered"
        if now == "session_gone":
            again = await settle(self._desk, connection, row, now)
            if again is not None:
                self.id = again.id
                return await self._arrived(connection)
        if now != "underway":
            if now in ("undeliverable", "expired"):
                self._desk.store.outbox.settle(row.id, now, now)
            raise CliError(
                "not_delivered",
                f"Not delivered: {row.recipient} will not get it ({now}).",
                f"Look at it with: claudemesh trace {row.id}",
                ExitCode.NOT_DELIVERED,
            )
        return False


def _too_late(watch: _Watch, timeout_s: float) -> CliError:
    return CliError(
        "not_delivered",
        f"Sent, but not {watch.stage} by {watch.recipient} within {timeout_s:g} s.",
        f"It stays with the broker. Follow it with: claudemesh trace {watch.id}",
        ExitCode.NOT_DELIVERED,
    )
