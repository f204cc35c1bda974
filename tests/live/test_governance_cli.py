"""Removing, blocking and verifying people: the real CLI against a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_process import Broker, broker
from tests.cli_process import Listener, Person

pytestmark = pytest.mark.live

EXIT_TIMEOUT_S = 30.0


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


@pytest.fixture
def bobs_session(bob: Person) -> Iterator[Listener]:
    """Bob, connected."""
    listener = bob.listen()
    listener.wait_for("connected")
    yield listener
    listener.kill9()


def test_disconnected_peer_comes_back_by_itself(alice: Person, bobs_session: Listener) -> None:
    said = alice.try_run("disconnect", "bob")
    assert said.stdout == "Disconnected bob. They will auto-reconnect within seconds.\n"
    bobs_session.wait_for("connected", count=2)


def test_kicked_peer_stays_away_until_it_starts_anew(
    alice: Person, bob: Person, bobs_session: Listener
) -> None:
    said = alice.try_run("kick", "bob")
    assert said.stdout == "Kicked bob. They can rejoin anytime by running claudemesh.\n"
    assert bobs_session.process.wait(EXIT_TIMEOUT_S) == 1
    assert "Kicked from this mesh. Run claudemesh to rejoin." in bobs_session.log_path.read_text()
    assert alice.run("peers")["peers"] == []
    again = bob.listen()
    try:
        again.wait_for("connected", count=2)
    finally:
        again.kill9()


def test_banned_peer_is_out_until_it_is_unbanned(
    alice: Person, bob: Person, bobs_session: Listener
) -> None:
    assert alice.run("ban", "bob", "--reason", "spam")["banned"] == "bob"
    assert bobs_session.process.wait(EXIT_TIMEOUT_S) == 7
    refused = bob.try_run("peers")
    assert refused.returncode == 7
    assert 'You\'ve been removed from "reef"' in refused.stderr
    [ban] = alice.run("bans")["bans"]
    assert (ban["name"], ban["banned_by"], ban["reason"]) == ("bob", "alice", "spam")
    assert alice.run("unban", "bob")["unbanned"] == "bob"
    assert bob.run("peers")["peers"] == []
    assert alice.run("bans")["bans"] == []


def test_member_may_remove_nobody(alice: Person, bob: Person) -> None:
    for command in (("kick", "alice"), ("disconnect", "alice"), ("ban", "alice"), ("bans",)):
        assert bob.try_run(*command).returncode == 7, command


def test_owner_cannot_be_banned(alice: Person) -> None:
    assert alice.try_run("ban", "alice").returncode == 3


def test_unknown_peer_is_not_found(alice: Person) -> None:
    assert alice.try_run("kick", "nobody").returncode == 5


def test_name_of_two_members_touches_neither(
    running: Broker, alice: Person, bobs_session: Listener, tmp_path: Path
) -> None:
    other = Person("bob", tmp_path / "elsewhere", running.url)
    other.run("join", alice.run("share")["url"])
    refused = alice.try_run("kick", "bob")
    assert refused.returncode == 3
    assert refused.stderr.count("bob (member") == 2
    assert bobs_session.process.poll() is None


def test_kicking_all_needs_a_yes(alice: Person, bobs_session: Listener) -> None:
    assert alice.try_run("kick", "--all", "--no-input").returncode == 3
    assert bobs_session.process.poll() is None
    assert alice.run("kick", "--all", "-y")["affected"] == ["bob"]
    assert bobs_session.process.wait(EXIT_TIMEOUT_S) == 1


def test_blocked_member_is_refused_until_unblocked(
    alice: Person, bob: Person, bobs_session: Listener
) -> None:
    alice.run("block", "bob")
    refused = bob.try_run("send", alice_key(alice), "hi", "--hold")
    assert (refused.returncode, "not accept messages" in refused.stderr) == (7, True)
    [entry] = alice.run("grants")["grants"]
    assert (entry["name"], entry["blocked"]) == ("bob", True)
    alice.run("unblock", "bob")
    assert bob.run("send", alice_key(alice), "hi", "--hold")["state"] == "stored"


def test_revoked_grant_holds_until_granted_again(
    alice: Person, bob: Person, bobs_session: Listener
) -> None:
    alice.run("revoke", "bob", "dm")
    assert bob.try_run("send", alice_key(alice), "hi", "--hold").returncode == 7
    alice.run("grant", "bob", "dm")
    assert bob.run("send", alice_key(alice), "hi", "--hold")["state"] == "stored"


def test_safety_number_is_the_same_on_both_sides(
    alice: Person, bob: Person, bobs_session: Listener
) -> None:
    alice.run("send", "bob", "hello", "--wait")  # bob's computer meets her key
    of_alice, of_bob = alice.run("verify", "bob", "-y"), bob.run("verify", "alice")
    assert (of_alice["verified"], of_bob["verified"]) == (True, False)
    assert of_bob["safety_number"] == of_alice["safety_number"]


def alice_key(alice: Person) -> str:
    """Alice's member key."""
    key: str = alice.run("whoami")["meshes"][0]["pubkey"]
    return key
