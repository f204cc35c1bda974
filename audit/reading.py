"""Streams stored entries in order, in memory that does not grow with the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claudemesh_wire.audit import Entry
from django.db.models import CharField, Func
from msgspec import Raw

from audit.models import AuditEntry

#: Entries fetched by one statement: about a megabyte.
RANGE = 2_000
_BEFORE_ALL = -(2**63)


class _Timestamp(Func):
    """A time as `claudemesh_wire.audit.timestamp` writes it, so that no datetime is made of it.

    SQLite has the time as text already, in UTC, without a fraction if that is zero.
    """

    output_field = CharField()
    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    on_sqlite = (
        "replace(substr(%(expressions)s, 1, 19), ' ', 'T')"
        " || substr(%(expressions)s || '.000000', 20, 7) || 'Z'"
    )

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        """Called by Django's compiler in place of `as_sql`."""
        return self.as_sql(compiler, connection, template=self.on_sqlite, **extra_context)


def entries_up_to(mesh_id: str, last_seq: int) -> Iterator[Entry]:
    """The entries of a chain by rising number, from the lowest there is to `last_seq`.

    By ranges of the number rather than a database cursor: it needs no transaction that stays
    open for minutes, and the part of a chain that is read cannot change.
    """
    after = _BEFORE_ALL
    rows = AuditEntry.objects.filter(mesh_id=mesh_id, seq__lte=last_seq).order_by("seq")
    at = _Timestamp("created_at")
    columns = rows.values_list("seq", "type", "actor", "payload_json", at, "hash")
    while True:
        fetched = list(columns.filter(seq__gt=after)[:RANGE])
        for seq, type, actor, text, created_at, hash in fetched:
            yield Entry(mesh_id, seq, type, actor, Raw(text), created_at, hash)
        if len(fetched) < RANGE:
            return
        after = fetched[-1][0]
