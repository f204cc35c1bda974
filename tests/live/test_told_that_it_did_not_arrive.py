"""`--wait` never says delivered for what was not: code 10 at the deadline."""

import pytest

from tests.live.people import Couple, refused, texts

pytestmark = pytest.mark.live


def test_recipient_who_takes_nothing_now(couple: Couple) -> None:
    listener = couple.bob.listen()
    try:
        listener.wait_for("connected")
        couple.bob.run("status", "dnd")
        refusal = refused(couple.alice, "send", "bob", "when you can", "--wait", "--timeout", "1")
        assert (refusal.exit_code, refusal.code) == (10, "not_delivered")
        couple.bob.run("status", "idle")
        listener.wait_for("message")
        assert [line["text"] for line in listener.lines("message")] == ["when you can"]
        listener.stop()
    finally:
        listener.kill9()


def test_held_message_is_not_delivered_yet(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "bob", "held", "--hold", "--wait", "--timeout", "1")
    assert (refusal.exit_code, refusal.code) == (10, "not_delivered")
    assert texts(couple.bob) == ["held"]
