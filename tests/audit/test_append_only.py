"""Nothing in the log is changed or deleted: the model refuses, and so does the database."""

from __future__ import annotations

import pytest
from claudemesh_wire.audit import Entry
from django.db import IntegrityError, connection, transaction

from audit import checkpoints
from audit.models import AppendOnlyError, AuditEntry, Checkpoint
from audit.verifying import verify
from tests.audit.conftest import MESH

pytestmark = pytest.mark.django_db
TABLES = [AuditEntry, Checkpoint]


@pytest.fixture(autouse=True)
def _signed_chain(chain: list[Entry]) -> None:
    checkpoints.checkpoint(MESH)


@pytest.mark.parametrize("model", TABLES)
def test_the_model_refuses_to_save_a_stored_row(model: type[AuditEntry]) -> None:
    row = model.objects.first()
    row.hash = "0" * 64
    with pytest.raises(AppendOnlyError):
        row.save()


@pytest.mark.parametrize("model", TABLES)
def test_the_model_refuses_to_delete_a_row(model: type[AuditEntry]) -> None:
    with pytest.raises(AppendOnlyError):
        model.objects.first().delete()


@pytest.mark.parametrize("model", TABLES)
def test_the_queryset_refuses_to_update_and_delete(model: type[AuditEntry]) -> None:
    rows = model.objects.filter(mesh_id=MESH)
    with pytest.raises(AppendOnlyError):
        rows.update(hash="0" * 64)
    with pytest.raises(AppendOnlyError):
        rows.delete()
    with pytest.raises(AppendOnlyError):
        rows.bulk_update([rows[0]], ["hash"])


def test_the_queryset_refuses_to_write_over_rows() -> None:
    row = AuditEntry.objects.first()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["hash"]
        )


@pytest.mark.parametrize("table", [model._meta.db_table for model in TABLES])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET seq = seq + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses(table: str, statement: str) -> None:
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        return  # SQLite has no such statement
    connection.check_constraints()  # none pending, which would keep TRUNCATE from starting
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert verify(MESH).valid


@pytest.mark.parametrize("id", ["id", "id + 1000"])
def test_sqlite_refuses_to_replace_an_entry(id: str) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL has no such statement
    columns = "mesh_id, seq, type, actor, payload_json, created_at, hash"
    replace = (
        f"INSERT OR REPLACE INTO audit_auditentry (id, {columns})"
        f" SELECT {id}, {columns} FROM audit_auditentry WHERE seq = 2"
    )
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(replace)


def test_a_number_is_given_once() -> None:
    entry = AuditEntry.objects.get(seq=2)
    entry.pk, entry._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
