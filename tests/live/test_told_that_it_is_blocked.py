"""A recipient who does not grant messages: blocked, stored nowhere."""

import pytest

from tests.live.people import Couple, refused, texts

pytestmark = pytest.mark.live


def test_blocked_sender_is_told_and_nothing_arrives(couple: Couple) -> None:
    couple.alice.run("send", "bob", "before", "--hold")
    assert texts(couple.bob) == ["before"]
    couple.bob.run("block", "alice")
    refusal = refused(couple.alice, "send", "bob", "please?", "--hold")
    assert (refusal.exit_code, refusal.code) == (7, "blocked")
    assert refusal.message

    couple.bob.run("unblock", "alice")
    couple.alice.run("send", "bob", "thank you", "--hold")
    assert texts(couple.bob) == ["thank you"]
