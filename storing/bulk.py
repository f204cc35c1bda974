"""Many rows in one statement, on both databases. Knows tables only by what it is given.

On PostgreSQL rows travel as binary arrays in a prepared statement: Django's own cursor would
write every value into the text of the query, at ten times the cost.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def insert(table: str, columns: Sequence[str], types: Sequence[str], rows: list[Row]) -> None:
    """Inserts rows; the database's own defaults fill the other columns."""
    if connection.vendor == "postgresql":
        execute(_unnest_insert(table, columns, types), columns_of(rows))
        return
    with connection.cursor() as cursor:
        cursor.executemany(_values_insert(table, columns), rows)


def insert_ignoring(
    table: str, columns: Sequence[str], types: Sequence[str], rows: list[Row]
) -> set[str] | None:
    """Inserts rows whose unique keys are new; the first column of those inserted.

    SQLite cannot say which ones it took: None there, unless every row was taken.
    """
    if connection.vendor == "postgresql":
        insert = _unnest_insert(table, columns, types)
        taken = fetch(f"{insert} ON CONFLICT DO NOTHING RETURNING {columns[0]}", columns_of(rows))
        return {row[0] for row in taken}
    with connection.cursor() as cursor:
        cursor.executemany(_values_insert(table, columns) + " ON CONFLICT DO NOTHING", rows)
        return {row[0] for row in rows} if cursor.rowcount == len(rows) else None


def insert_numbered(
    table: str, columns: Sequence[str], types: Sequence[str], rows: list[Row]
) -> list[int]:
    """Inserts rows under rising ids of the database's choice; the ids in the order of rows."""
    if connection.vendor == "postgresql":
        insert = _unnest_insert(table, columns, types)
        return [row[0] for row in fetch(f"{insert} RETURNING id", columns_of(rows))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        cursor.executemany(
            _values_insert(table, ["id", *columns]),
            [(first + offset, *row) for offset, row in enumerate(rows)],
        )
        return list(range(first, first + len(rows)))


def fetch(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Runs a prepared statement on PostgreSQL with `%b` parameters; the rows it returns."""
    cursor = _execute(sql, parameters)
    return cursor.fetchall()


def execute(sql: str, parameters: Sequence[Any]) -> None:
    """Runs a prepared statement on PostgreSQL with `%b` parameters."""
    _execute(sql, parameters)


def _execute(sql: str, parameters: Sequence[Any]) -> "psycopg.Cursor[Row]":
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, parameters, prepare=True)


def columns_of(rows: list[Row]) -> list[list[Any]]:
    """Rows turned into columns, as PostgreSQL's `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


def moment(value: Any) -> Any:
    """A datetime as the database's driver takes it."""
    return connection.ops.adapt_datetimefield_value(value)


def _unnest_insert(table: str, columns: Sequence[str], types: Sequence[str]) -> str:
    arrays = ", ".join(f"%b::{kind}[]" for kind in types)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"


def _values_insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
