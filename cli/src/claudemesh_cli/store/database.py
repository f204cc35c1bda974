"""Opens `mesh.db` (SQLite, WAL, mode 0600) and runs transactions; knows no table's meaning.

A write is on disk when `write()` returns (`synchronous=FULL`): what is acked is kept.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.store.clock import now_iso
from claudemesh_cli.store.schema import STEPS, VERSION

_BUSY_TIMEOUT_S = 10
#: Checking a whole file costs about 1 ms a MiB; larger ones are only looked at where they are read.
_CHECK_MAX_BYTES = 4 * 1024 * 1024


class _Damaged(Exception):
    """The file is no usable SQLite database."""


class Database:
    """One connection to `mesh.db`; made by `open_database`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query. Raises CliError if the file cannot be read."""
        with _explained():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, taken at once and committed at the end; rolled back on an exception."""
        with _explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._connection.close()


def open_database(path: Path, note: Callable[[str], None]) -> Database:
    """The database at `path`, made or brought to this version if need be.

    A damaged file is renamed and replaced by an empty one, and `note` is told. Raises CliError
    `store_from_newer_version`, `store_unusable`.
    """
    try:
        return Database(_connect(path))
    except _Damaged:
        kept = _set_aside(path)
        note(
            f"The message store {path.name} was damaged. It is kept as {kept.name}; a new one was "
            "started, so old messages and pinned keys are not known any more."
        )
        return Database(_connect(path))


def _connect(path: Path) -> sqlite3.Connection:
    with _explained():
        _create_private(path)
        connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            _prepare(connection, path)
        except sqlite3.OperationalError:
            connection.close()
            raise
        except sqlite3.DatabaseError as error:
            connection.close()
            raise _Damaged from error
        except BaseException:
            connection.close()
            raise
        return connection


def _create_private(path: Path) -> None:
    """Make the file with mode 0600 before SQLite does; its -wal and -shm take the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise CliError(
            "store_from_newer_version",
            f"{path.name} was written by a newer claudemesh.",
            hint="Upgrade claudemesh, or point CLAUDEMESH_CONFIG_DIR elsewhere.",
        )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    if version and path.stat().st_size <= _CHECK_MAX_BYTES:
        _check(connection)
    if version < VERSION:
        _migrate(connection)


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise _Damaged


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for step in STEPS[version:]:
        for statement in step.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


def _set_aside(path: Path) -> Path:
    stamp = now_iso().replace(":", "").replace(".", "")
    kept = path.with_name(f"{path.name}.damaged-{stamp}")
    path.rename(kept)
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(kept.with_name(kept.name + suffix))
    return kept


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _unusable(str(error)) from error
    except OSError as error:
        raise _unusable(error.strerror or str(error)) from error


def _unusable(reason: str) -> CliError:
    return CliError(
        "store_unusable",
        f"The message store mesh.db cannot be used: {reason}.",
        hint="See that its directory is writable and the disk is not full, then try again.",
        exit_code=ExitCode.FAILED,
    )
