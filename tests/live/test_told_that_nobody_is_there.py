"""A recipient who is not connected: refused with a way out; `--hold` keeps the message."""

import pytest

from tests.live.people import Couple, refused, said, texts

pytestmark = pytest.mark.live


def test_offline_recipient_is_no_success(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "bob", "are you there?")
    assert (refusal.exit_code, refusal.code) == (5, "no_recipient")
    assert refusal.message == "bob is not connected; nothing was sent."
    assert "--hold" in refusal.hint
    assert texts(couple.bob) == []


def test_everybody_when_nobody_is_there_is_no_success(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "*", "anybody?")
    assert (refusal.exit_code, refusal.code) == (5, "no_recipient")


def test_hold_says_that_it_waits(couple: Couple) -> None:
    exit_code, stdout, _ = said(couple.alice, "send", "bob", "for later", "--hold")
    assert exit_code == 0
    assert stdout.startswith("Held for bob until they connect.")
    assert texts(couple.bob) == ["for later"]
