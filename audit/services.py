"""Appends to audit chains, inside the caller's transaction: the entry stands or falls with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from claudemesh_wire.audit import Entry, Head, hash_of, timestamp
from claudemesh_wire.canonical_json import canonical_json
from msgspec import Raw

from audit import storage
from audit.events import EVENTS
from storing.bulk import moment


class NewEntry(NamedTuple):
    """What is to be appended: the chain, one of `audit.events`, who did it, and what exactly.

    `actor` is a member id, `chains.BROKER` or an account (`chains.of_account`). `payload` never
    holds content or secrets; docs/audit.md lists what each event's holds.
    """

    mesh_id: str
    type: str
    actor: str
    payload: dict[str, Any]


def append(*, mesh_id: str, type: str, actor: str, payload: dict[str, Any]) -> Entry:
    """Appends one entry to a chain and holds its lock until the transaction ends.

    Take the mesh's own lock first, everywhere. Raises ValueError for an unknown type,
    CanonicalJsonError for a payload that has no canonical JSON, TransactionManagementError
    outside a transaction.
    """
    return append_many([NewEntry(mesh_id, type, actor, payload)])[0]


def append_many(entries: Sequence[NewEntry]) -> list[Entry]:
    """Appends entries in their order, to any number of chains, in two statements.

    A transaction that appends to several chains does so in one call: locks are taken in the
    order of ids within a call only. Raises as `append` does, and then has written nothing.
    """
    if not entries:
        return []
    texts = [_payload_text(entry) for entry in entries]
    heads = storage.lock_heads(entry.mesh_id for entry in entries)
    at = datetime.now(UTC)
    created_at, stored_at = timestamp(at), moment(at)
    appended, rows = [], []
    for (mesh_id, type, actor, _), text in zip(entries, texts, strict=True):
        seq, prev = heads[mesh_id]
        seq, raw = seq + 1, Raw(text)
        hash = hash_of(prev, mesh_id, seq, type, actor, raw, created_at)
        heads[mesh_id] = Head(seq, hash)
        appended.append(Entry(mesh_id, seq, type, actor, raw, created_at, hash))
        rows.append((mesh_id, seq, type, actor, text, stored_at, hash))
    storage.write(rows, heads)
    return appended


def _payload_text(entry: NewEntry) -> str:
    if entry.type not in EVENTS:
        raise ValueError(f"{entry.type!r} is none of audit.events.")
    return canonical_json(entry.payload).decode()
