"""The send window: what is in flight, bounded in number and bytes."""

import pytest

from presence import window as window_module
from presence.window import Window
from tests.presence.builders import parcel


def made(**bounds: int) -> Window:
    return Window(**{"max_messages": 3, "max_bytes": 1_000} | bounds)


def test_full_in_number() -> None:
    window = made()
    for n in range(3):
        assert window.has_room()
        window.add(parcel(n))
    assert (window.has_room(), window.room(), len(window)) == (False, 0, 3)


def test_full_in_bytes() -> None:
    window = made(max_bytes=10)
    window.add(parcel(1, ciphertext="x" * 20))
    assert (window.has_room(), window.room(), window.room_bytes()) == (False, 0, 0)


def test_settling_makes_room_and_is_remembered_for_later_stages() -> None:
    window = made(max_messages=1)
    first = parcel(1)
    window.add(first)
    assert window.settle("message-1") is first
    assert window.has_room()
    assert "message-1" not in window
    assert window.find("message-1") is first
    assert window.settle("message-1") is None


def test_pushed_again_counts_once() -> None:
    window = made(max_bytes=1_000)
    one = parcel(1)
    window.add(one)
    window.add(one)
    assert (len(window), window.room_bytes()) == (1, 1_000 - one.message.size)


def test_what_was_settled_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "REMEMBERED", 2)
    window = made(max_messages=10)
    for n in range(4):
        window.add(parcel(n))
        window.settle(f"message-{n}")
    assert [window.find(f"message-{n}") is not None for n in range(4)] == [False, False, True, True]


def test_overdue_is_by_the_last_push_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    time = 0.0
    monkeypatch.setattr(window_module, "monotonic", lambda: time)
    window = made()
    parcels = [parcel(n) for n in range(3)]
    for time, one in enumerate(parcels):  # noqa: B007 - the lambda reads it
        window.add(one)
    time = 30.0
    assert window.overdue(29) == parcels[:2]
    window.add(parcels[0])
    assert window.overdue(29) == [parcels[1]]
