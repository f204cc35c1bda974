"""The statements that append to chains, a fixed number however many entries. Hashes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from claudemesh_wire.audit import GENESIS, Head
from django.db import connection, transaction

from audit.models import AuditEntry, AuditHead
from storing.bulk import Row, columns_of, execute, fetch, insert

_HEADS = AuditHead._meta.db_table
_ENTRIES = AuditEntry._meta.db_table
_COLUMNS = ["mesh_id", "seq", "type", "actor", "payload_json", "created_at", "hash"]
_TYPES = ["text", "bigint", "text", "text", "text", "timestamptz", "text"]

_LOCK = (
    f"SELECT mesh_id, seq, hash FROM {_HEADS} WHERE mesh_id = ANY(%b::text[])"
    " ORDER BY mesh_id FOR UPDATE"
)
# Creates what is missing and locks what somebody else created meanwhile, in the order given.
_CREATE = (
    f"INSERT INTO {_HEADS} AS head (mesh_id, seq, hash)"
    f" SELECT mesh_id, 0, '{GENESIS.hash}' FROM unnest(%b::text[]) AS asked (mesh_id)"
    " ON CONFLICT (mesh_id) DO UPDATE SET seq = head.seq RETURNING mesh_id, seq, hash"
)
_APPEND = (
    f"WITH moved AS (UPDATE {_HEADS} AS head SET seq = new.seq, hash = new.hash"
    " FROM unnest(%b::text[], %b::bigint[], %b::text[]) AS new (mesh_id, seq, hash)"
    " WHERE head.mesh_id = new.mesh_id)"
    f" INSERT INTO {_ENTRIES} ({', '.join(_COLUMNS)})"
    f" SELECT * FROM unnest({', '.join(f'%b::{kind}[]' for kind in _TYPES)})"
)
_MOVE_ON_SQLITE = (
    f"INSERT INTO {_HEADS} (mesh_id, seq, hash) VALUES (%s, %s, %s)"
    " ON CONFLICT (mesh_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
)


def lock_heads(mesh_ids: Iterable[str]) -> dict[str, Head]:
    """The heads of chains, locked until the transaction ends: nobody else appends meanwhile.

    Locks are taken in the order of ids, so two calls for several chains do not wait for each
    other; only where both meet a chain that was created that moment can they, and PostgreSQL
    ends one with a deadlock error. On SQLite the transaction is the lock (`BEGIN IMMEDIATE`).
    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Appending to an audit log is transactional.")
    wanted = sorted(set(mesh_ids))
    if connection.vendor == "postgresql":
        locked = fetch(_LOCK, [wanted])
        if len(locked) < len(wanted):
            locked = fetch(_CREATE, [wanted])
        return {mesh_id: Head(seq, hash) for mesh_id, seq, hash in locked}
    stored = AuditHead.objects.in_bulk(wanted)
    return {id: Head(h.seq, h.hash) if (h := stored.get(id)) else GENESIS for id in wanted}


def write(rows: list[Row], heads: dict[str, Head]) -> None:
    """Inserts entries (in the order of `_COLUMNS`) and moves the heads of their chains."""
    moved = [(mesh_id, head.seq, head.hash) for mesh_id, head in heads.items()]
    if connection.vendor == "postgresql":
        execute(_APPEND, [*columns_of(moved), *columns_of(rows)])
        return
    insert(_ENTRIES, _COLUMNS, _TYPES, rows)
    with connection.cursor() as cursor:
        cursor.executemany(_MOVE_ON_SQLITE, moved)
