"""An exported log is verified without the broker, and shows what was done to it or to the file."""

from __future__ import annotations

import pytest
from claudemesh_wire.audit import ChainReport, Entry, Head
from claudemesh_wire.audit_export import verify_export

from audit import checkpoints, keys
from audit.exporting import export
from tests.audit import tampering
from tests.audit.conftest import MESH, Append

pytestmark = pytest.mark.django_db


def read(lines: list[bytes]) -> ChainReport:
    return verify_export(lines, mesh=MESH, keys=keys.trusted())


def test_an_export_verifies_and_ends_signed(chain: list[Entry]) -> None:
    lines = list(export(MESH))
    assert len(lines) == 7
    assert b'"kind":"checkpoint"' in lines[-1]
    assert read(lines).head == Head(6, chain[-1].hash)


def test_checkpoints_stand_where_they_were_signed(append: Append) -> None:
    for _ in range(3):
        append(2)
        checkpoints.checkpoint(MESH)
    lines = list(export(MESH))
    signed = [number for number, line in enumerate(lines) if b'"checkpoint"' in line]
    assert signed == [2, 5, 8]
    assert read(lines).valid


def test_an_empty_log_is_an_empty_file(db: None) -> None:
    assert list(export("nowhere")) == []
    assert verify_export([], mesh="nowhere", keys=[]).valid


def test_a_tampered_log_is_exported_and_found_broken(chain: list[Entry]) -> None:
    checkpoints.checkpoint(MESH)
    tampering.edit(3)
    assert (read(list(export(MESH))).damage, read(list(export(MESH))).broken_at) == ("hash", 3)


def test_a_log_that_the_broker_does_not_sign_is_exported_all_the_same(chain: list[Entry]) -> None:
    checkpoints.checkpoint(MESH)
    tampering.rewind(4)
    lines = list(export(MESH))
    assert len(lines) == 4
    assert read(lines).damage == "truncated"
