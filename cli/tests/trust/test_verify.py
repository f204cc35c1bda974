"""verify: both sides see one number; a changed key is loud, clears verified and holds messages."""

import sys

import pytest
from alices_computer import Result
from cast import Person, entry_for
from claudemesh_cli import config, main
from claudemesh_cli.config import Config
from claudemesh_wire.safety import safety_number


@pytest.fixture
def bobs_claudemesh(broker, bob, tmp_path, monkeypatch, capsys):
    """Bob's command line, on a computer of his own."""

    def run(*arguments: str) -> Result:
        with monkeypatch.context() as patched:
            patched.setenv("CLAUDEMESH_CONFIG_DIR", str(tmp_path / "bobs"))
            config.save(Config(meshes=[entry_for(bob, broker.url)]))
            capsys.readouterr()
            code = main.main(arguments)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return run


def answers(monkeypatch, *, yes: bool) -> None:
    """Somebody sits there and answers every question so."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich_click.confirm", lambda question, **_: yes)


def test_both_sides_see_the_same_number(claudemesh, bobs_claudemesh, broker, alice, bob) -> None:
    broker.peers = [alice.peer(), bob.peer()]
    mine = claudemesh("verify", "bob", "--json").json
    theirs = bobs_claudemesh("verify", "alice", "--json").json
    assert mine["safety_number"] == theirs["safety_number"]
    assert mine["safety_number"] == safety_number(bob.member.public, alice.member.public)
    assert (mine["member_key"], mine["own_key"]) == (theirs["own_key"], theirs["member_key"])


def test_showing_the_number_verifies_nothing(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    shown = claudemesh("verify", "bob", "--no-input")
    assert shown.code == 0
    assert "bob is not verified." in shown.out
    assert claudemesh("verify", "bob", "--json").json["verified"] is False


def test_a_yes_marks_the_key_and_what_it_writes(claudemesh, broker, alice, bob) -> None:
    broker.peers = [bob.peer()]
    assert "bob is verified." in claudemesh("verify", "bob", "-y").out
    assert claudemesh("verify", "bob", "--json").json["verified"] is True
    broker.mail = [bob.writes("hi", alice.member.public)]
    assert claudemesh("inbox", "--json").json["messages"][0]["verified"] is True


def test_the_question_is_answered_by_whoever_is_there(claudemesh, broker, bob, monkeypatch) -> None:
    broker.peers = [bob.peer()]
    answers(monkeypatch, yes=False)
    refused = claudemesh("verify", "bob")
    assert refused.code == 1
    assert "somebody is between you" in refused.err
    answers(monkeypatch, yes=True)
    assert "bob is verified." in claudemesh("verify", "bob").out


def test_no_input_never_asks(claudemesh, broker, bob, monkeypatch) -> None:
    broker.peers = [bob.peer()]
    answers(monkeypatch, yes=True)
    assert "not verified" in claudemesh("verify", "bob", "--no-input").out


@pytest.fixture
def impostor(claudemesh, broker, alice, bob, carol) -> Person:
    """Somebody under bob's name with another key, who wrote; bob's own key was verified."""
    broker.peers = [bob.peer()]
    claudemesh("verify", "bob", "-y")
    carol.name = "bob"
    broker.mail = [carol.writes("it is me", alice.member.public)]
    broker.peers = [carol.peer()]
    return carol


def test_a_changed_key_clears_verified(claudemesh, broker, bob, impostor) -> None:
    assert "WARNING" in claudemesh("inbox").err
    broker.peers = [bob.peer()]
    again = claudemesh("verify", "bob")
    assert "bob is not verified." in again.out
    assert impostor.member.public[:16] in again.err


def test_verifying_a_changed_key_is_loud(claudemesh, impostor) -> None:
    result = claudemesh("verify", "bob")
    assert "WARNING: the key behind 'bob' has changed" in result.err
    assert "is not verified" in result.out
    assert claudemesh("verify", "bob", "--json").json["key_changed"] is True


def test_the_warning_names_the_command_that_releases(claudemesh, broker, impostor) -> None:
    warning = claudemesh("inbox").err
    prefix = impostor.member.public[:16]
    assert f"claudemesh verify {prefix}" in warning
    broker.peers = []
    document = claudemesh("verify", prefix, "-y", "--json").json
    assert (document["key_changed"], document["released"]) == (True, 1)
    [message] = claudemesh("inbox", "--json").json["messages"]
    assert (message["text"], message["verified"]) == ("it is me", True)


def test_a_key_verified_again_stays_so_though_the_impostor_goes_on(
    claudemesh, broker, alice, bob, impostor
) -> None:
    claudemesh("inbox")
    claudemesh("verify", bob.member.public[:16], "-y")
    broker.mail = [impostor.writes("me again", alice.member.public)]
    assert "WARNING" in claudemesh("inbox").err
    assert claudemesh("verify", bob.member.public[:16], "--json").json["verified"] is True


def test_two_people_of_one_name_are_told_apart(claudemesh, broker, bob, carol) -> None:
    broker.peers = [bob.peer(), carol.peer(display_name="bob")]
    result = claudemesh("verify", "bob", "-y")
    assert result.code == 3
    assert bob.session.public[:16] in result.err
    assert claudemesh("verify", carol.member.public, "-y").code == 0


def test_without_a_broker_known_keys_can_be_compared(
    claudemesh, broker, alice, bob, unreachable
) -> None:
    broker.peers = [bob.peer()]
    before = claudemesh("verify", "bob", "--json").json
    unreachable(None)
    assert claudemesh("verify", "bob", "--json").json == before


@pytest.mark.parametrize("who", ["@web", "*"])
def test_a_group_has_no_safety_number(claudemesh, who) -> None:
    assert claudemesh("verify", who, "-y").code == 3


def test_nobody_verifies_themself(claudemesh, alice) -> None:
    assert claudemesh("verify", alice.member.public, "-y").code == 3


@pytest.mark.parametrize("who", ["dave", "abcdef0123", "ab" * 32])
def test_a_stranger_is_not_found(claudemesh, who) -> None:
    assert claudemesh("verify", who, "-y").code == 5


def test_a_name_cannot_rule_the_terminal(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer(display_name="\x1b[2Jbob")]
    result = claudemesh("verify", bob.member.public)
    assert "\x1b[2J" not in result.out + result.err
