"""What somebody who owns the database can do to a chain: triggers are no hindrance here."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.audit import GENESIS, Head, hash_of, timestamp
from django.db import connection
from msgspec import Raw

from audit.models import AuditEntry
from tests.audit.conftest import MESH
from tests.unguarded import unguarded

_CHAIN = "WHERE mesh_id = %s AND seq"


def sql(statement: str, *values: Any) -> None:
    """Runs a statement past all guards."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def edit(seq: int, payload_json: str = '{"member":"mallory"}') -> None:
    sql(f"UPDATE audit_auditentry SET payload_json = %s {_CHAIN} = %s", payload_json, MESH, seq)


def delete(seq: int) -> None:
    sql(f"DELETE FROM audit_auditentry {_CHAIN} = %s", MESH, seq)


def renumber(seq: int, to: int) -> None:
    sql(f"UPDATE audit_auditentry SET seq = %s {_CHAIN} = %s", to, MESH, seq)


def swap(one: int, other: int) -> None:
    for seq, to in ((one, 1_000), (other, one), (1_000, other)):
        renumber(seq, to)


def insert(seq: int) -> None:
    """A copy of the entry before, with all later ones moved up by one."""
    later = AuditEntry.objects.filter(mesh_id=MESH, seq__gte=seq).order_by("-seq")
    for entry in list(later):
        renumber(entry.seq, entry.seq + 1)
    columns = "mesh_id, type, actor, payload_json, created_at, hash"
    sql(
        f"INSERT INTO audit_auditentry (seq, {columns})"
        f" SELECT %s, {columns} FROM audit_auditentry {_CHAIN} = %s",
        seq,
        MESH,
        seq - 1,
    )


def truncate(last: int) -> None:
    sql(f"DELETE FROM audit_auditentry {_CHAIN} > %s", MESH, last)


def set_head(head: Head) -> None:
    sql("UPDATE audit_audithead SET seq = %s, hash = %s WHERE mesh_id = %s", *head, MESH)


def rewind(last: int) -> None:
    """Truncates, and sets the head back as if the rest had never been."""
    truncate(last)
    set_head(Head(last, AuditEntry.objects.get(mesh_id=MESH, seq=last).hash))


def rehash() -> None:
    """Computes every hash and the head again, so that the chain is consistent in itself."""
    head = GENESIS
    for entry in AuditEntry.objects.filter(mesh_id=MESH).order_by("seq"):
        content = (entry.type, entry.actor, Raw(entry.payload_json), timestamp(entry.created_at))
        head = Head(entry.seq, hash_of(head.hash, MESH, entry.seq, *content))
        sql(f"UPDATE audit_auditentry SET hash = %s {_CHAIN} = %s", head.hash, MESH, head.seq)
    set_head(head)
