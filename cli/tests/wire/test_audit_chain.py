"""Chains: what holds, what does not, and where it breaks; what a remembered head is worth."""

from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from audit_chain import AT, MESH, chain, head_of
from claudemesh_wire import audit
from claudemesh_wire.audit import GENESIS, Anchor, Entry, Head, extends, relation, verify_chain
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

change = msgspec.structs.replace


def damage(entries: list[Entry], anchors: list[Anchor] | None = None) -> tuple[str | None, int]:
    report = verify_chain(entries, mesh=MESH, anchors=anchors or [])
    assert report.broken_at is not None
    assert not report.valid
    assert str(report.broken_at) in report.sentence
    return report.damage, report.broken_at


def test_a_sound_chain_is_valid_to_its_end() -> None:
    entries = chain(5)
    report = verify_chain(entries, mesh=MESH)
    assert (report.valid, report.entries, report.head) == (True, 5, head_of(entries[-1]))
    assert "5 entries" in report.sentence


def test_an_empty_chain_is_valid() -> None:
    assert verify_chain([], mesh=MESH) == (True, 0, GENESIS, None, None, None)


@pytest.mark.parametrize(
    "edit",
    [
        {"type": "member_left"},
        {"actor": "mallory"},
        {"payload": Raw(b'{"member":"mallory"}')},
        {"payload": Raw(b'{"member": "peer-3"}')},
        {"payload": Raw(b'{"member":"mallory","member":"peer-3"}')},
        {"created_at": "2020-01-01T00:00:00.000000Z"},
        {"hash": "0" * 64},
    ],
)
def test_an_edited_entry_does_not_hold(edit: dict[str, object]) -> None:
    entries = chain(5)
    entries[2] = change(entries[2], **edit)
    assert damage(entries) == ("hash", 3)


def test_a_missing_entry_is_a_gap() -> None:
    entries = chain(5)
    del entries[2]
    assert damage(entries) == ("gap", 3)


def test_an_entry_twice_is_a_gap() -> None:
    entries = chain(5)
    entries.insert(2, entries[1])
    assert damage(entries) == ("gap", 3)


def test_another_order_is_a_gap() -> None:
    entries = chain(5)
    entries[2], entries[3] = entries[3], entries[2]
    assert damage(entries) == ("gap", 3)


def test_another_order_with_numbers_swapped_does_not_hold() -> None:
    entries = chain(5)
    entries[2], entries[3] = change(entries[3], seq=3), change(entries[2], seq=4)
    assert damage(entries) == ("hash", 3)


def test_an_entry_of_another_mesh_is_named_so() -> None:
    entries = chain(5)
    entries[2] = chain(3, mesh="another-mesh")[2]
    assert damage(entries) == ("other_mesh", 3)


def test_a_truncated_chain_does_not_reach_its_anchor() -> None:
    entries = chain(5)
    assert damage(entries[:3], [Anchor(*head_of(entries[4]), "checkpoint")]) == ("truncated", 4)


def test_a_rewritten_chain_does_not_pass_its_anchor() -> None:
    anchor = Anchor(*head_of(chain(5)[3]), "checkpoint")
    assert damage(chain(5, actor="mallory"), [anchor]) == ("rewritten", 4)


def test_every_anchor_must_be_passed() -> None:
    entries = chain(5)
    anchors = [Anchor(*head_of(entry), "checkpoint") for entry in entries for _ in range(2)]
    assert verify_chain(entries, mesh=MESH, anchors=anchors).valid
    anchors[7] = anchors[7]._replace(hash="0" * 64)
    assert damage(entries, anchors) == ("rewritten", 4)


def test_entries_after_a_known_head_are_verified_from_it() -> None:
    entries = chain(5)
    report = verify_chain(entries[2:], mesh=MESH, start=head_of(entries[1]))
    assert (report.valid, report.entries, report.head) == (True, 3, head_of(entries[4]))


@given(st.integers(1, 8), st.integers(0, 8))
def test_a_chain_extends_every_head_it_had(length: int, remembered: int) -> None:
    entries = chain(8)
    seen = head_of(entries[remembered - 1]) if remembered else GENESIS
    assert extends(seen, entries[:length], mesh=MESH).valid == (length >= remembered)
    assert extends(seen, entries[remembered:], mesh=MESH).valid


def test_a_rewritten_chain_extends_no_head_it_never_had() -> None:
    remembered = head_of(chain(5)[2])
    other = chain(8, actor="mallory")
    assert extends(remembered, other, mesh=MESH).damage == "rewritten"
    assert extends(remembered, other[3:], mesh=MESH).damage == "hash"
    assert extends(remembered, other[5:], mesh=MESH).damage == "gap"


def test_how_a_told_head_relates_to_the_remembered_one() -> None:
    remembered = Head(5, "a" * 64)
    assert relation(remembered, Head(5, "a" * 64)) == "same"
    assert relation(remembered, Head(5, "b" * 64)) == "forked"
    assert relation(remembered, Head(4, "a" * 64)) == "behind"
    assert relation(remembered, Head(6, "b" * 64)) == "ahead"


def test_memory_is_constant() -> None:
    """A generator is enough: entries are taken once and not kept."""
    assert verify_chain(iter(chain(50)), mesh=MESH).entries == 50


def test_a_time_always_has_microseconds() -> None:
    moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert audit.timestamp(moment) == "2026-01-31T23:59:59.000000Z"
    assert audit.timestamp(moment + timedelta(microseconds=1)) == AT


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=1))])
def test_a_time_that_is_not_utc_is_refused(zone: timezone | None) -> None:
    with pytest.raises(ValueError, match="UTC"):
        audit.timestamp(datetime(2026, 1, 1, tzinfo=zone))
