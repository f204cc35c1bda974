"""A newcomer's first minutes: create, share, join, see who is there, write, read, crash, go on."""

from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.cli_process import Person
from tests.live.people import meet, texts

pytestmark = pytest.mark.live


def test_two_people_meet_talk_and_lose_nothing(mortal: Broker, home: Path) -> None:
    couple = meet(mortal, home)
    alice, bob = couple.alice, couple.bob
    [mesh] = bob.run("list")["meshes"]
    assert (mesh["name"], mesh["joined"]) == ("acme", True)
    assert alice.run("peers")["peers"] == []

    listener = bob.listen()
    try:
        listener.wait_for("connected")
        [peer] = alice.run("peers")["peers"]
        assert (peer["name"], peer["role"]) == ("bob", "member")

        sent = alice.run("send", "bob", "hello bob", "--wait")
        assert sent["state"] == "delivered"
        listener.wait_for("message")
        [heard] = listener.lines("message")
        assert (heard["text"], heard["from_name"]) == ("hello bob", "alice")
        assert heard["encryption"] == "box"
        group = alice.run("send", "*", "hello everybody")
        assert (group["recipients"], group["online"]) == (1, 1)
        listener.wait_for("message", count=2)
        assert listener.lines("message")[1]["encryption"] == "group"
        assert listener.stop() == 0
    finally:
        listener.kill9()

    assert alice.run("send", "bob", "while you were out", "--hold")["state"] == "stored"
    mortal.kill9()
    mortal.start()
    assert texts(bob) == ["while you were out"]
    assert texts(bob) == []
    assert "while you were out" in texts(bob, "--all")
    replied(bob, alice)


def replied(bob: Person, alice: Person) -> None:
    """bob knows alice by now, though she is away."""
    assert bob.run("send", "alice", "thanks", "--hold")["state"] == "stored"
    assert texts(alice) == ["thanks"]
