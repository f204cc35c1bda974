"""State, notes and reminders: the real CLI against a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_process import Broker, broker
from tests.cli_process import Person

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    """One broker for all tests here; every test has a mesh of its own on it."""
    with broker() as started:
        yield started


@pytest.fixture
def alice(running: Broker, tmp_path: Path) -> Person:
    """The owner of a new mesh."""
    person = Person("alice", tmp_path, running.url)
    token = running.manage("issue_token", "alice@example.com", "--create", "-q").strip()
    person.run("login", "--token", token)
    person.run("create", "reef")
    return person


@pytest.fixture
def bob(running: Broker, alice: Person, tmp_path: Path) -> Person:
    """A member of alice's mesh."""
    person = Person("bob", tmp_path, running.url)
    person.run("join", alice.run("share")["url"])
    return person


def test_state_is_shared(alice: Person, bob: Person) -> None:
    alice.run("state", "set", "deploy", '{"port": 7900, "ok": true}')
    found = bob.run("state", "get", "deploy")
    assert (found["value"], found["updated_by"]) == ({"port": 7900, "ok": True}, "alice")
    assert [entry["key"] for entry in bob.run("state")["entries"]] == ["deploy"]
    alice.run("state", "set", "deploy", "null")
    assert bob.try_run("state", "get", "deploy").returncode == 5


def test_state_that_may_not_be_changed_is_not(alice: Person, bob: Person) -> None:
    alice.run("state", "set", "deploy", "1")
    alice.run("revoke", "bob", "state-write")
    assert bob.try_run("state", "set", "deploy", "2").returncode == 7
    assert alice.run("state", "get", "deploy")["value"] == 1


def test_notes_are_found_by_their_words(alice: Person, bob: Person) -> None:
    kept = alice.run("remember", "the staging broker listens on port 7900", "--tag", "ops")
    [note] = bob.run("recall", "staging", "port")["memories"]
    assert (note["id"], note["tags"], note["remembered_by"]) == (kept["id"], ["ops"], "alice")
    alice.run("forget", kept["id"])
    assert bob.run("recall", "staging")["memories"] == []


def test_reminder_arrives(alice: Person, bob: Person) -> None:
    listener = bob.listen()
    try:
        listener.wait_for("connected")
        alice.run("remind", "stand up", "--in", "1s", "--to", "bob")
        listener.wait_for("message")
        [message] = listener.lines("message")
    finally:
        listener.kill9()
    assert (message["text"], message["subtype"]) == ("stand up", "reminder")


def test_reminders_are_listed_and_canceled(alice: Person) -> None:
    planned = alice.run("remind", "standup", "--cron", "0 9 * * 1-5")
    [row] = alice.run("remind", "list")["reminders"]
    assert (row["id"], row["cron"]) == (planned["id"], "0 9 * * 1-5")
    alice.run("remind", "cancel", planned["id"])
    assert alice.run("remind", "list")["reminders"] == []
    assert alice.try_run("remind", "cancel", planned["id"]).returncode == 5
