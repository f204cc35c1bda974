"""Streams stored entries in order, in memory that does not grow with the chain."""

from __future__ import annotations

from collections.abc import Iterator

from claudemesh_wire.audit import Entry, timestamp
from msgspec import Raw

from audit.models import AuditEntry

#: Entries fetched by one statement: about a megabyte.
RANGE = 2_000
_BEFORE_ALL = -(2**63)


def entries_up_to(mesh_id: str, last_seq: int) -> Iterator[Entry]:
    """The entries of a chain by rising number, from the lowest there is to `last_seq`.

    By ranges of the number rather than a database cursor: it needs no transaction that stays
    open for minutes, and the part of a chain that is read cannot change.
    """
    after = _BEFORE_ALL
    rows = AuditEntry.objects.filter(mesh_id=mesh_id, seq__lte=last_seq).order_by("seq")
    columns = rows.values_list("seq", "type", "actor", "payload_json", "created_at", "hash")
    while True:
        fetched = list(columns.filter(seq__gt=after)[:RANGE])
        for seq, type, actor, text, at, hash in fetched:
            yield Entry(mesh_id, seq, type, actor, Raw(text), timestamp(at), hash)
        if len(fetched) < RANGE:
            return
        after = fetched[-1][0]
