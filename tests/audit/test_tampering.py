"""Whoever owns the database can change the log, and it shows: what was done, and by what."""

from __future__ import annotations

import pytest
from claudemesh_wire.audit import Entry, Head

from audit import checkpoints
from audit.models import Checkpoint
from audit.verifying import verify
from tests.audit import tampering
from tests.audit.conftest import MESH, Append

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(chain: list[Entry]) -> None:
    """The broker signed the chain at its end."""
    checkpoints.checkpoint(MESH)


def found(remembered: Head | None = None) -> tuple[str | None, int | None, str | None]:
    """What verifying finds: the damage, the entry it is at, what the log contradicts."""
    report = verify(MESH, remembered=remembered) if remembered else verify(MESH)
    assert not report.valid
    return report.damage, report.broken_at, report.witness


def test_an_edited_entry_is_caught_by_its_hash(chain: list[Entry]) -> None:
    tampering.edit(3)
    assert found() == ("hash", 3, "chain")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "member_left"),
        ("actor", "mallory"),
        ("created_at", "2020-01-01 00:00:00"),
        ("hash", "0" * 64),
    ],
)
def test_any_edited_column_is_caught_by_the_hash(
    chain: list[Entry], column: str, value: str
) -> None:
    tampering.sql(f"UPDATE audit_auditentry SET {column} = %s WHERE seq = 3", value)
    assert found() == ("hash", 3, "chain")


def test_other_spelling_of_the_same_payload_is_caught_by_the_hash(chain: list[Entry]) -> None:
    tampering.edit(3, '{"member": "peer-2"}')
    assert found() == ("hash", 3, "chain")


def test_an_edited_entry_with_a_new_hash_is_caught_by_the_next(chain: list[Entry]) -> None:
    tampering.edit(3)
    original = chain[5].hash
    tampering.rehash()
    for later in chain[3:]:
        tampering.sql("UPDATE audit_auditentry SET hash = %s WHERE seq = %s", later.hash, later.seq)
    tampering.set_head(Head(6, original))
    assert found() == ("hash", 4, "chain")


def test_a_deleted_entry_is_caught_by_the_gap(chain: list[Entry]) -> None:
    tampering.delete(3)
    assert found() == ("gap", 3, "chain")


def test_the_first_entry_deleted_is_caught_by_the_gap(chain: list[Entry]) -> None:
    tampering.delete(1)
    assert found() == ("gap", 1, "chain")


def test_a_deleted_entry_with_the_gap_closed_is_caught_by_the_hash(chain: list[Entry]) -> None:
    tampering.delete(3)
    for seq in (4, 5, 6):
        tampering.renumber(seq, seq - 1)
    assert found() == ("hash", 3, "chain")


def test_an_inserted_entry_is_caught_by_its_hash(chain: list[Entry]) -> None:
    tampering.insert(3)
    assert found() == ("hash", 3, "chain")


def test_an_entry_before_the_first_is_caught_by_the_gap(chain: list[Entry]) -> None:
    tampering.insert(6)
    tampering.renumber(6, 0)
    assert found() == ("gap", 1, "chain")


def test_an_entry_past_the_end_is_caught_by_the_stored_head(chain: list[Entry]) -> None:
    tampering.set_head(Head(5, chain[4].hash))
    assert found() == ("surplus", 6, "stored head")


def test_entries_in_another_order_are_caught_by_the_hash(chain: list[Entry]) -> None:
    tampering.swap(3, 4)
    assert found() == ("hash", 3, "chain")


def test_an_entry_of_another_chain_is_caught_by_the_hash(
    chain: list[Entry], append: Append
) -> None:
    append(7, "another-mesh")
    tampering.sql("UPDATE audit_auditentry SET mesh_id = %s WHERE seq = 7", MESH)
    tampering.set_head(Head(7, chain[5].hash))
    assert found() == ("hash", 7, "chain")


def test_a_truncated_log_is_caught_by_the_stored_head(chain: list[Entry]) -> None:
    tampering.truncate(4)
    assert found() == ("truncated", 5, "stored head")


def test_a_truncated_log_with_the_head_set_back_is_caught_by_a_checkpoint(signed: None) -> None:
    tampering.rewind(4)
    assert found() == ("truncated", 5, "checkpoint")


def test_a_truncated_log_without_checkpoints_is_caught_by_a_remembered_head(
    chain: list[Entry], signed: None
) -> None:
    tampering.rewind(4)
    tampering.sql("DELETE FROM audit_checkpoint")
    assert verify(MESH).valid
    assert found(Head(6, chain[5].hash)) == ("truncated", 5, "remembered head")


def test_a_log_deleted_as_a_whole_is_caught_by_a_checkpoint(signed: None) -> None:
    tampering.truncate(0)
    tampering.sql("DELETE FROM audit_audithead")
    assert found() == ("truncated", 1, "checkpoint")


def test_a_deleted_head_is_caught_by_the_entries(chain: list[Entry]) -> None:
    tampering.sql("DELETE FROM audit_audithead")
    assert found() == ("surplus", 1, "stored head")


def test_a_rewritten_and_rehashed_log_is_caught_by_a_checkpoint(signed: None) -> None:
    tampering.edit(3)
    tampering.rehash()
    assert found() == ("rewritten", 6, "checkpoint")


def test_a_rewritten_and_rehashed_log_is_caught_by_a_remembered_head(chain: list[Entry]) -> None:
    tampering.edit(3)
    tampering.rehash()
    assert verify(MESH).valid
    assert found(Head(4, chain[3].hash)) == ("rewritten", 4, "remembered head")


def test_what_was_rewritten_before_a_checkpoint_is_not_signed_again(
    signed: None, append: Append
) -> None:
    tampering.edit(3)
    tampering.rehash()
    append(1)
    with pytest.raises(checkpoints.ChainDamaged) as caught:
        checkpoints.checkpoint(MESH)
    assert caught.value.damage == "rewritten"


def test_what_was_truncated_below_a_checkpoint_is_not_signed_again(signed: None) -> None:
    tampering.rewind(4)
    with pytest.raises(checkpoints.ChainDamaged) as caught:
        checkpoints.checkpoint(MESH)
    assert caught.value.damage == "truncated"


def test_a_head_that_is_no_entry_is_not_signed(chain: list[Entry]) -> None:
    tampering.set_head(Head(6, "0" * 64))
    with pytest.raises(checkpoints.ChainDamaged):
        checkpoints.checkpoint(MESH)
    assert not Checkpoint.objects.exists()


def test_a_checkpoint_moved_to_the_rewritten_log_is_caught_by_its_signature(signed: None) -> None:
    tampering.edit(3)
    tampering.rehash()
    tampering.sql(
        "UPDATE audit_checkpoint SET hash ="
        " (SELECT hash FROM audit_audithead WHERE audit_audithead.mesh_id = %s)",
        MESH,
    )
    assert found() == ("signature", 6, "checkpoint")
