"""What session work needs to hand: the mesh, the store, how to tell the person something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.paths import config_dir
from claudemesh_cli.session.connection import MeshConnection, OnEvent, connect, ignore_event
from claudemesh_cli.session.identity import display_name, launched_session_id, new_keys
from claudemesh_cli.store.sessions import SessionKeys
from claudemesh_cli.store.store import Store, open_store

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """One person's place in one mesh. `note` may be silenced by the person, `warn` may not."""

    config: Config
    entry: MeshEntry
    store: Store
    note: Tell
    warn: Tell

    async def connect_briefly(
        self, keys: SessionKeys | None = None, on_event: OnEvent = ignore_event
    ) -> MeshConnection:
        """An ephemeral session: asks and sends, is not listed and is no target.

        Started inside a launched session it carries that session's id, so that what it sets is
        set for that one. Raises CliError as `connect`.
        """
        keys = keys or new_keys(launched_session_id())
        return await connect(
            self.entry, keys, ephemeral=True, name=display_name(self.config), on_event=on_event
        )

    async def connect_to_stay(self, keys: SessionKeys, on_event: OnEvent) -> MeshConnection:
        """A session that others see and write to. Raises CliError as `connect`."""
        return await connect(
            self.entry, keys, ephemeral=False, name=display_name(self.config), on_event=on_event
        )


@contextmanager
def open_desk(config: Config, entry: MeshEntry, note: Tell, warn: Tell) -> Iterator[Desk]:
    """The desk for one mesh, with its store open. Raises CliError as `open_store`."""
    with open_store(config_dir(), warn) as store:
        yield Desk(config, entry, store, note, warn)
