"""A session that stays, without a terminal: what it showed is in the notebook."""

import asyncio
from typing import Any

from claudemesh_cli import config
from claudemesh_cli.errors import CliError
from claudemesh_cli.paths import config_dir
from claudemesh_cli.session.desk import open_desk
from claudemesh_cli.session.living import LiveSession
from claudemesh_cli.session.reconnect import Backoff
from claudemesh_cli.store.store import open_store


class Notebook:
    """A viewer that remembers, and stops the session after so many messages or connections."""

    def __init__(self, *, messages: int = 0, connections: int = 0) -> None:
        self.stop = asyncio.Event()
        self.texts: list[str | None] = []
        self.events: list[str] = []
        self.lost_codes: list[str] = []
        self.connections = 0
        self._messages = messages
        self._connections = connections

    def message(self, entry: Any) -> None:
        self.texts.append(entry.text)
        if len(self.texts) == self._messages:
            self.stop.set()

    def event(self, name: str, data: dict[str, Any]) -> None:
        self.events.append(name)

    def connected(self, hello_ack: Any) -> None:
        self.connections += 1
        if self.connections == self._connections:
            self.stop.set()

    def lost(self, error: CliError, retry_s: float) -> None:
        self.lost_codes.append(error.code)


async def live(notebook: Notebook, notes: list[str] | None = None) -> None:
    """Run a session of alice until the notebook stops it, without waits between attempts."""
    loaded = config.load()
    said = notes if notes is not None else []
    with open_desk(loaded, loaded.meshes[0], said.append, said.append) as desk:
        await LiveSession(desk, notebook, Backoff(lambda low, high: 0.0)).run(notebook.stop)


def kept_sessions() -> int:
    """How many sessions still have their key on disk."""
    with open_store(config_dir(), print) as store:
        return len(store._database.read("SELECT 1 FROM sessions"))
