"""Migrates the database with one process at a time doing it. Starts no server."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Any fixed 64-bit number does, as long as every node uses the same: "clmeshmg" in ASCII.
ADVISORY_LOCK_ID = int.from_bytes(b"clmeshmg", "big")


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold PostgreSQL's session lock; other nodes wait here and then find nothing to do.

    SQLite needs none: its one node is the only one that migrates.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK_ID])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK_ID])


def migrate(*, verbosity: int = 1) -> None:
    """Apply all migrations under the lock. Raises whatever made a migration fail."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with migration_lock(connection):
            call_command("migrate", interactive=False, verbosity=verbosity)
    finally:
        connection.close()
