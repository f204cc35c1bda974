"""The short session of a one-shot command: leftovers first, then the command's own work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from claudemesh_cli.session.connection import MeshConnection, OnEvent, ignore_event
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.following import follow_up
from claudemesh_cli.session.posting import close_quietly, flush


@asynccontextmanager
async def brief_session(
    desk: Desk, on_event: OnEvent = ignore_event
) -> AsyncIterator[MeshConnection]:
    """An ephemeral connection, after queued messages went out and acked ones were asked about.

    Raises CliError if the broker cannot be reached or refuses hello.
    """
    await flush(desk)
    connection = await desk.connect_briefly(on_event=on_event)
    try:
        await follow_up(desk, connection)
        yield connection
    finally:
        await close_quietly(connection)


async def catch_up(desk: Desk) -> int:
    """The leftovers only, connecting only if there are any; returns how many stay queued."""
    left = await flush(desk)
    if desk.store.outbox.unsettled(desk.entry.mesh_id, 1):
        connection = await desk.connect_briefly()
        try:
            await follow_up(desk, connection)
        finally:
            await close_quietly(connection)
    return left
