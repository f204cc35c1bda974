"""Which of two statements about a status wins: laws, not examples."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from presence.statuses import FRESH, RANK, StatusRecord, decide

START = datetime(2026, 1, 1, tzinfo=UTC)
statuses = st.sampled_from(["idle", "working", "dnd"])
sources = st.sampled_from(["inferred", "manual", "hook"])
moments = st.integers(0, 120).map(lambda s: START + timedelta(seconds=s))
records = st.builds(StatusRecord, statuses, sources, moments)
pairs = st.tuples(records, records).map(lambda p: tuple(sorted(p, key=lambda r: r.at)))


@given(pairs)
def test_one_of_the_two_holds(pair: tuple[StatusRecord, StatusRecord]) -> None:
    assert decide(*pair) in pair


@given(pairs)
def test_only_its_owner_lifts_dnd(pair: tuple[StatusRecord, StatusRecord]) -> None:
    current, new = pair
    if current.status == "dnd" and new.source != "manual":
        assert decide(current, new) is current


@given(pairs)
def test_its_owner_always_sets_and_lifts_dnd(pair: tuple[StatusRecord, StatusRecord]) -> None:
    current, new = pair
    if new.source == "manual" and "dnd" in (current.status, new.status):
        assert decide(current, new) is new


@given(pairs)
def test_a_higher_or_equal_source_wins(pair: tuple[StatusRecord, StatusRecord]) -> None:
    current, new = pair
    if current.status != "dnd" and RANK[new.source] >= RANK[current.source]:
        assert decide(current, new) is new


@given(pairs)
def test_a_lower_source_wins_only_over_what_is_stale(
    pair: tuple[StatusRecord, StatusRecord],
) -> None:
    current, new = pair
    ordinary = "dnd" not in (current.status, new.status)
    if ordinary and RANK[new.source] < RANK[current.source]:
        stale = new.at - current.at > FRESH
        assert decide(current, new) is (new if stale else current)


@given(records)
def test_saying_the_same_again_refreshes_it(record: StatusRecord) -> None:
    later = StatusRecord(record.status, record.source, record.at + timedelta(seconds=1))
    if record.status != "dnd" or record.source == "manual":
        assert decide(record, later) is later
