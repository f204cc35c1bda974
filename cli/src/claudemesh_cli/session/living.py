"""A session that stays: receives, shows, comes back after every loss but a removal."""

from __future__ import annotations

import asyncio
import contextlib

from claudemesh_wire.broker import Push, Receipt

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.brief import catch_up
from claudemesh_cli.session.closing import ConnectionLost
from claudemesh_cli.session.connection import Event, MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.identity import launched_session_id, new_keys
from claudemesh_cli.session.intake import take_in, tell_read
from claudemesh_cli.session.posting import close_quietly
from claudemesh_cli.session.receiving import is_system
from claudemesh_cli.session.reconnect import Backoff
from claudemesh_cli.session.viewer import Viewer
from claudemesh_cli.store.inbox import InboxEntry
from claudemesh_cli.store.sessions import SessionKeys

#: How often to look after messages that could not be sent or settled, without another reason to.
_LOOK_AGAIN_S = 30.0


def take_keys(desk: Desk) -> SessionKeys:
    """The keys of a session of this mesh that died without goodbye, or new ones; kept on disk."""
    session_id = launched_session_id()
    keys = desk.store.sessions.resume(desk.entry.mesh_id, session_id)
    if keys is None:
        keys = new_keys(session_id)
        desk.store.sessions.begin(desk.entry.mesh_id, keys)
    return keys


class LiveSession:
    """One long-lived session; `run` once."""

    def __init__(self, desk: Desk, viewer: Viewer, backoff: Backoff | None = None) -> None:
        self._desk = desk
        self._viewer = viewer
        self._backoff = backoff or Backoff()
        self._was_connected = False
        self._look_after = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Stay on the mesh until `stop` is set.

        Raises CliError when kicked, banned or signed out, when the first hello is refused for
        good, or when the store cannot be written.
        """
        keys = take_keys(self._desk)
        self._show_stored()
        errands = asyncio.create_task(self._run_errands())
        try:
            await self._come_back_until(stop, keys)
            self._desk.store.sessions.end(keys.public)
        except ConnectionLost:
            self._desk.store.sessions.end(keys.public)
            raise
        finally:
            errands.cancel()
            await asyncio.wait((errands,))

    async def _come_back_until(self, stop: asyncio.Event, keys: SessionKeys) -> None:
        while not stop.is_set():
            error = await self._connect_and_stay(stop, keys)
            if error is None:
                return
            if self._gives_up(error):
                raise error
            delay_s = self._backoff.next_s()
            self._viewer.lost(error, delay_s)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), delay_s)

    async def _connect_and_stay(self, stop: asyncio.Event, keys: SessionKeys) -> CliError | None:
        """None after a goodbye of our own, else why the connection ended."""
        try:
            connection = await self._desk.connect_to_stay(keys, self._on_event)
        except CliError as error:
            return error
        goodbye = asyncio.ensure_future(stop.wait())
        try:
            self._was_connected = True
            self._backoff.reset()
            self._look_after.set()
            self._viewer.connected(connection.hello_ack)
            await asyncio.wait((goodbye, connection.reader), return_when=asyncio.FIRST_COMPLETED)
            return None if stop.is_set() else await _why_it_ended(connection)
        finally:
            goodbye.cancel()
            await close_quietly(connection)

    def _gives_up(self, error: CliError) -> bool:
        if isinstance(error, ConnectionLost):
            return error.final or (error.hopeless and not self._was_connected)
        return error.exit_code is not ExitCode.NETWORK

    async def _on_event(self, connection: MeshConnection, event: Event) -> None:
        if isinstance(event, Receipt):
            self._look_after.set()
        elif is_system(event):
            self._viewer.event(event.event or "", event.event_data or {})
        else:
            await self._on_message(connection, event)

    async def _on_message(self, connection: MeshConnection, push: Push) -> None:
        try:
            await take_in(self._desk, connection, push)
        finally:  # also when the connection ended before the ack: the message is kept
            shown = self._show_stored()
        await tell_read(connection, shown)

    def _show_stored(self) -> list[InboxEntry]:
        inbox = self._desk.store.inbox
        entries = inbox.unshown(self._desk.entry.mesh_id)
        for entry in entries:
            self._viewer.message(entry)
            inbox.mark_shown([entry.seq])
        return entries

    async def _run_errands(self) -> None:
        """Send what other commands left queued and settle what they sent, while connected."""
        while True:
            await self._look_after.wait()
            self._look_after.clear()
            left = 1
            with contextlib.suppress(CliError):
                left = await catch_up(self._desk)
            if left:
                asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._look_after.set)


async def _why_it_ended(connection: MeshConnection) -> CliError:
    try:
        await connection.closed()
    except CliError as error:
        return error
    return CliError("connection_lost", "The connection ended.", exit_code=ExitCode.NETWORK)
