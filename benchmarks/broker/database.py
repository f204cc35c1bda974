"""The database a measured broker stores in: PostgreSQL with default durability, or SQLite."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil
import psycopg

from tests.postgres import new_database, postgres_server


@dataclass(frozen=True)
class Database:
    """`url` is None for SQLite in the broker's own directory."""

    url: str | None
    conditions: dict[str, str]
    processes: dict[str, list[int]] = field(default_factory=dict)


@contextlib.contextmanager
def database(kind: str) -> Iterator[Database]:
    """A fresh one of that kind, `postgres` or `sqlite`; gone afterwards."""
    if kind == "sqlite":
        yield Database(None, {"database": "SQLite", "durability": "WAL, synchronous=FULL"})
        return
    with postgres_server() as server_url:
        yield _described(new_database(server_url))


def _described(url: str) -> Database:
    """Asks the server itself for its version and durability."""
    with psycopg.connect(url, autocommit=True) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("server_version", "fsync", "synchronous_commit")
        }
        backend = psutil.Process(connection.info.backend_pid)
        postmaster = backend.parent()
    durability = f"fsync={shown['fsync']}, synchronous_commit={shown['synchronous_commit']}"
    return Database(
        url,
        {"database": f"PostgreSQL {shown['server_version']}", "durability": durability},
        {"database": [postmaster.pid]} if postmaster else {},
    )
