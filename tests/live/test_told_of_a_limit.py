"""Messages that are too large or too many: refused with the limit and when to try again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_process import Broker, broker
from tests.live.people import Couple, meet, refused, texts

pytestmark = pytest.mark.live

BURST = 3


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    """A broker that lets a member send one message a minute after the first three."""
    with broker(SENDS_PER_MINUTE="1", SEND_BURST=str(BURST)) as strict:
        yield strict


def test_too_large_a_message_is_refused_with_the_limit(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "bob", "x" * 66_000, "--hold")
    assert (refusal.exit_code, refusal.code) == (3, "too_large")
    assert "65536" in refusal.message


def test_too_many_messages_are_refused_with_the_time_to_wait(running: Broker, home: Path) -> None:
    couple = meet(running, home)
    for number in range(BURST):
        couple.alice.run("send", "bob", f"message {number}", "--hold")
    refusal = refused(couple.alice, "send", "bob", "one too many", "--hold")
    assert (refusal.exit_code, refusal.code) == (4, "rate_limit")
    assert "Try again in" in refusal.hint
    assert texts(couple.bob) == [f"message {number}" for number in range(BURST)]
