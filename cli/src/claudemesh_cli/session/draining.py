"""Fetches what waits for this member, then leaves: the session behind a one-shot `inbox`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from claudemesh_wire.broker import MessageStatusResult, Push
from claudemesh_wire.client import MessageStatus
from claudemesh_wire.ids import new_id

from claudemesh_cli.session.brief import catch_up
from claudemesh_cli.session.connection import Event, MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.intake import take_in
from claudemesh_cli.session.living import take_keys
from claudemesh_cli.session.posting import close_quietly
from claudemesh_cli.session.receiving import is_system
from claudemesh_cli.session.refusals import Refused

_QUIET_S = 0.4
_LONGEST_S = 20.0


class _Drain:
    """Keeps what comes and notices when nothing comes any more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._came = asyncio.Event()

    async def take(self, connection: MeshConnection, event: Event) -> None:
        if isinstance(event, Push) and not is_system(event):
            await take_in(self._desk, connection, event)
            self._came.set()

    async def until_quiet(self, connection: MeshConnection) -> None:
        """Wait for a round trip through the broker's database, then for a moment of silence.

        The broker reads waiting messages from there too, before it gets to this question.
        """
        with contextlib.suppress(Refused):
            await connection.request(MessageStatus(message_id=new_id()), MessageStatusResult)
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                self._came.clear()
                await asyncio.wait_for(self._came.wait(), _QUIET_S)


@contextlib.asynccontextmanager
async def drained(desk: Desk) -> AsyncIterator[MeshConnection]:
    """A normal session that has taken in what was waiting; ends with a goodbye.

    Raises CliError if the broker cannot be reached, or if it breaks off on the way.
    """
    await catch_up(desk)
    drain = _Drain(desk)
    keys = take_keys(desk)
    connection = await desk.connect_to_stay(keys, drain.take)
    try:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(drain.until_quiet(connection), _LONGEST_S)
        yield connection
    finally:
        await close_quietly(connection)
        desk.store.sessions.end(keys.public)
