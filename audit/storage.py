"""The statements that append to chains, a fixed number however many entries. Hashes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from claudemesh_wire.audit import GENESIS, Head
from django.db import connection, transaction

from audit.models import AuditEntry, AuditHead
from storing.bulk import Row, execute, fetch, insert

_HEADS = AuditHead._meta.db_table
_ENTRIES = AuditEntry._meta.db_table
_COLUMNS = ["mesh_id", "seq", "type", "actor", "payload_json", "created_at", "hash"]
_TYPES = ["text", "bigint", "text", "text", "text", "timestamptz", "text"]

# Creates what is missing and locks what is there, in the order given, in one statement.
_LOCK = (
    f"INSERT INTO {_HEADS} AS head (mesh_id, seq, hash)"
    f" SELECT mesh_id, 0, '{GENESIS.hash}' FROM unnest(%b::text[]) AS asked (mesh_id)"
    " ON CONFLICT (mesh_id) DO UPDATE SET seq = head.seq RETURNING mesh_id, seq, hash"
)
_MOVE = (
    f"UPDATE {_HEADS} AS head SET seq = new.seq, hash = new.hash"
    " FROM unnest(%b::text[], %b::bigint[], %b::text[]) AS new (mesh_id, seq, hash)"
    " WHERE head.mesh_id = new.mesh_id"
)


def lock_heads(mesh_ids: Iterable[str]) -> dict[str, Head]:
    """The heads of chains, locked until the transaction ends: nobody else appends meanwhile.

    Locks are taken in the order of ids, so two calls for several chains cannot wait for each
    other. On SQLite the transaction itself is the lock (`BEGIN IMMEDIATE`). Raises
    TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Appending to an audit log is transactional.")
    wanted = sorted(set(mesh_ids))
    if connection.vendor == "postgresql":
        return {mesh_id: Head(seq, hash) for mesh_id, seq, hash in fetch(_LOCK, [wanted])}
    stored = AuditHead.objects.in_bulk(wanted)
    return {id: Head(h.seq, h.hash) if (h := stored.get(id)) else GENESIS for id in wanted}


def write(rows: list[Row], heads: dict[str, Head]) -> None:
    """Inserts entries (in the order of `_COLUMNS`) and moves the heads of their chains."""
    insert(_ENTRIES, _COLUMNS, _TYPES, rows)
    moved = [(mesh_id, head.seq, head.hash) for mesh_id, head in heads.items()]
    if connection.vendor == "postgresql":
        execute(_MOVE, [list(column) for column in zip(*moved, strict=True)])
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_HEADS} (mesh_id, seq, hash) VALUES (%s, %s, %s)"
            " ON CONFLICT (mesh_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            moved,
        )
