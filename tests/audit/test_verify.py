"""A sound chain verifies, in ranges, while it grows; progress is told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from claudemesh_wire.audit import GENESIS, Entry, Head

from audit import checkpoints, reading, services, verifying
from audit.models import AuditEntry
from audit.verifying import verify
from tests.audit.conftest import MESH, Append

pytestmark = pytest.mark.django_db


def test_a_sound_chain_is_valid_up_to_its_head(chain: list[Entry]) -> None:
    report = verify(MESH)
    assert (report.valid, report.entries, report.broken_at) == (True, 6, None)
    assert report.head == Head(6, chain[-1].hash)


def test_a_mesh_without_a_log_is_valid(db: None) -> None:
    assert verify("nowhere") == (True, 0, GENESIS, None, None, None)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7])
def test_the_size_of_ranges_makes_no_difference(
    chain: list[Entry], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(reading, "RANGE", size)
    assert verify(MESH).entries == 6


def test_a_remembered_head_that_the_chain_goes_on_from_is_fine(chain: list[Entry]) -> None:
    for entry in chain:
        assert verify(MESH, remembered=Head(entry.seq, entry.hash)).valid


def test_what_is_appended_while_verifying_does_no_harm(
    chain: list[Entry], append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints.checkpoint(MESH)
    extent_of = verifying._extent

    def overtaken(mesh_id: str) -> verifying._Extent:
        extent = extent_of(mesh_id)
        append(5)
        checkpoints.checkpoint(MESH)
        return extent

    monkeypatch.setattr(verifying, "_extent", overtaken)
    assert verify(MESH).entries == 6


def test_progress_is_told(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "PROGRESS_EVERY", 4)
    append(10)
    told: list[tuple[int, int]] = []
    verify(MESH, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.parametrize("microsecond", [0, 1, 100_000, 999_999])
def test_every_fraction_of_a_second_is_read_as_it_was_hashed(
    append: Append, monkeypatch: pytest.MonkeyPatch, microsecond: int
) -> None:
    at = datetime(2026, 1, 31, 23, 59, 59, microsecond, tzinfo=UTC)
    clock = SimpleNamespace(now=lambda zone: at.astimezone(zone))
    monkeypatch.setattr(services, "datetime", clock)
    append(1)
    assert verify(MESH).valid
    assert AuditEntry.objects.get().as_wire == next(reading.entries_up_to(MESH, 1))
