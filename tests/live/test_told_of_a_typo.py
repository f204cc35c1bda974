"""A name that nobody has: not found, and which name was perhaps meant."""

import pytest
from claudemesh_wire.signing import generate_keypair

from tests.live.people import Couple, refused, said

pytestmark = pytest.mark.live


def test_near_name_is_suggested(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "bbo", "hi")
    assert (refusal.exit_code, refusal.code) == (5, "not_found")
    assert refusal.message == "Nobody here is called 'bbo'."
    assert refusal.hint == "Did you mean 'bob'?"


def test_person_reads_the_same_on_stderr(couple: Couple) -> None:
    exit_code, stdout, stderr = said(couple.alice, "send", "bbo", "hi")
    assert (exit_code, stdout) == (5, "")
    assert "Nobody here is called 'bbo'." in stderr
    assert "Did you mean 'bob'?" in stderr


def test_key_that_nobody_has(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", generate_keypair().public, "hi")
    assert (refusal.exit_code, refusal.code) == (5, "no_recipient")


def test_group_that_nobody_is_in(couple: Couple) -> None:
    refusal = refused(couple.alice, "send", "@nobody", "hi")
    assert (refusal.exit_code, refusal.code) == (5, "no_recipient")
