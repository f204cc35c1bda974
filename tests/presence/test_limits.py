"""Token buckets: a burst, then a steady rate, one bucket a key."""

import pytest
from claudemesh_wire.errors import MeshError
from hypothesis import given
from hypothesis import strategies as st

from presence import limits
from presence.limits import TokenBuckets


class Clock:
    """Time that passes when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "monotonic", clock)
    return clock


def taken(buckets: TokenBuckets, key: str, tries: int) -> int:
    got = 0
    for _ in range(tries):
        try:
            buckets.take(key)
        except MeshError:
            continue
        got += 1
    return got


def test_a_burst_and_no_more(clock: Clock) -> None:
    assert taken(TokenBuckets(per_minute=60, burst=10), "a", 20) == 10


def test_refilled_at_the_rate_up_to_the_burst(clock: Clock) -> None:
    buckets = TokenBuckets(per_minute=60, burst=10)
    taken(buckets, "a", 10)
    clock.now += 3
    assert taken(buckets, "a", 20) == 3
    clock.now += 3_600
    assert taken(buckets, "a", 20) == 10


def test_every_key_has_its_own(clock: Clock) -> None:
    buckets = TokenBuckets(per_minute=60, burst=1)
    assert [taken(buckets, key, 2) for key in "abc"] == [1, 1, 1]


def test_waiting_as_long_as_said_is_long_enough(clock: Clock) -> None:
    buckets = TokenBuckets(per_minute=7, burst=1)
    buckets.take("a")
    with pytest.raises(MeshError) as refused:
        buckets.take("a")
    assert refused.value.code == "rate_limit"
    clock.now += (refused.value.retry_after_ms or 0) / 1000
    buckets.take("a")


def test_being_refused_costs_nothing(clock: Clock) -> None:
    buckets = TokenBuckets(per_minute=60, burst=1)
    taken(buckets, "a", 50)
    clock.now += 1
    assert taken(buckets, "a", 2) == 1


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BUCKETS", 10)
    buckets = TokenBuckets(per_minute=60, burst=1)
    for n in range(100):
        buckets.take(str(n))
    assert len(buckets._buckets) == 10


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 120), st.integers(1, 20))
def test_never_more_than_burst_and_rate_allow(
    pauses: list[float], per_minute: int, burst: int
) -> None:
    clock = Clock()
    original, limits.monotonic = limits.monotonic, clock
    try:
        buckets = TokenBuckets(per_minute=per_minute, burst=burst)
        got = 0
        for pause in pauses:
            clock.now += pause
            got += taken(buckets, "a", 1)
    finally:
        limits.monotonic = original
    assert got <= burst + sum(pauses) * per_minute / 60 + 1e-6
