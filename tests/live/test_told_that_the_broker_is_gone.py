"""No broker: a message to somebody known is queued and says so; it goes out by itself later."""

from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.live.people import meet, refused, texts

pytestmark = pytest.mark.live


def test_queued_is_no_success_and_goes_out_later(mortal: Broker, home: Path) -> None:
    couple = meet(mortal, home)
    couple.alice.run("send", "bob", "first", "--hold")
    mortal.kill9()
    try:
        refusal = refused(couple.alice, "send", "bob", "second")
        assert (refusal.exit_code, refusal.code) == (4, "queued")
        stranger = refused(couple.alice, "send", "carol", "who are you?")
        assert stranger.exit_code == 4
        assert "Nothing was queued" in stranger.message
        [waiting] = [m for m in couple.alice.run("outbox")["messages"] if m["state"] == "queued"]
        assert waiting["to"] == "bob"
    finally:
        mortal.start()
    couple.alice.run("peers")
    assert texts(couple.bob) == ["first", "second"]
    assert refused(couple.alice, "send", "carol", "and now?").exit_code == 5
