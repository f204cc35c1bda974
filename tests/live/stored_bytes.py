"""All bytes that a broker's database has on disk or would put into a dump."""

from pathlib import Path

import psycopg
from psycopg import sql

from tests.broker_process import Broker


def stored_bytes(of: Broker) -> bytes:
    """SQLite's files as they lie there, or every row of every table of PostgreSQL as text."""
    url = of.environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        return b"".join(table_bytes(connection, str(name)) for (name,) in tables)


def table_bytes(connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> bytes:
    """A table as COPY writes it."""
    copying = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(copying) as rows:
        return b"".join(bytes(row) for row in rows)
