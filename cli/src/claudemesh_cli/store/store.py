"""The message store as one object; what each table means is in its own module."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from claudemesh_cli.store.audit_memory import AuditMemory
from claudemesh_cli.store.database import Database, open_database
from claudemesh_cli.store.inbox import Inbox
from claudemesh_cli.store.outbox import Outbox
from claudemesh_cli.store.pins import Pins
from claudemesh_cli.store.sessions import Sessions

FILE_NAME = "mesh.db"


class Store:
    """`mesh.db`: inbox, outbox, pinned keys, keys of living sessions, audit heads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.inbox = Inbox(database)
        self.outbox = Outbox(database)
        self.pins = Pins(database)
        self.sessions = Sessions(database)
        self.audit = AuditMemory(database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@contextmanager
def open_store(directory: Path, note: Callable[[str], None]) -> Iterator[Store]:
    """The store in a configuration directory, closed at the end; `note` hears of damage.

    Raises CliError as `open_database`.
    """
    store = Store(open_database(directory / FILE_NAME, note))
    try:
        yield store
    finally:
        store.close()
