"""A session that stays: comes back, resumes, shows each message once, ends on kick and ban."""

import asyncio
from typing import Any

import pytest
from claudemesh_cli.errors import CliError
from claudemesh_cli.session.reconnect import CAPS_S, Backoff
from notebook import Notebook, kept_sessions, live


def test_messages_are_shown_as_they_come(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes(text, alice.member.public) for text in ("one", "two")]
    notebook = Notebook(messages=2)
    asyncio.run(live(notebook))
    assert notebook.texts == ["one", "two"]


@pytest.mark.parametrize("code", [1000, 1001, 1013, 3008])
def test_it_comes_back_after_a_close(claudemesh, broker, code: int) -> None:
    broker.close_after_hello = [(code, "")]
    notebook = Notebook(connections=2)
    asyncio.run(live(notebook))
    assert notebook.lost_codes == ["connection_lost"]


def test_it_comes_back_with_the_same_session(claudemesh, broker) -> None:
    broker.close_after_hello = [(1001, "")]
    asyncio.run(live(Notebook(connections=2)))
    first, second = broker.hellos[:2]
    assert first.session_id == second.session_id
    assert first.session_pubkey == second.session_pubkey
    assert first.nonce is not None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (4001, "Kicked from this mesh. Run claudemesh to rejoin."),
        (4002, "You've been removed."),
    ],
)
def test_a_kick_and_a_ban_end_it(claudemesh, broker, code: int, sentence: str) -> None:
    broker.close_after_hello = [(code, "You've been removed.")]
    with pytest.raises(CliError) as ended:
        asyncio.run(live(Notebook()))
    assert ended.value.message == sentence
    assert kept_sessions() == 0


def test_after_a_reconnect_nothing_is_shown_twice(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("once", alice.member.public)]
    broker.close_after_hello = [(1001, "")]
    notebook = Notebook(connections=2)
    asyncio.run(live(notebook))
    assert notebook.texts.count("once") == 1


def test_a_goodbye_deletes_the_session_key(claudemesh) -> None:
    asyncio.run(live(Notebook(connections=1)))
    assert kept_sessions() == 0


def test_a_crash_keeps_the_key_and_the_next_one_opens_what_was_sent_to_it(
    claudemesh, broker, alice, bob
) -> None:
    class Crash(Notebook):
        def connected(self, hello_ack: Any) -> None:
            raise MemoryError

    with pytest.raises(MemoryError):
        asyncio.run(live(Crash()))
    session_key = broker.hellos[-1].session_pubkey
    broker.mail = [bob.writes("while you were away", session_key)]
    notebook = Notebook(messages=1)
    asyncio.run(live(notebook))
    assert notebook.texts == ["while you were away"]


def test_what_was_stored_but_not_shown_comes_first(claudemesh, broker, alice, bob) -> None:
    class Blind(Notebook):
        def message(self, entry: Any) -> None:
            raise BrokenPipeError

    broker.mail = [bob.writes("stored", alice.member.public)]
    with pytest.raises(BrokenPipeError):
        asyncio.run(live(Blind()))
    broker.mail = []
    notebook = Notebook(messages=1)
    asyncio.run(live(notebook))
    assert notebook.texts == ["stored"]


def test_it_waits_for_a_broker_that_is_not_there_yet(
    claudemesh, broker, unreachable, monkeypatch
) -> None:
    class Starts(Notebook):
        def lost(self, error: CliError, retry_s: float) -> None:
            super().lost(error, retry_s)
            if len(self.lost_codes) == 3:
                self.stop.set()

    unreachable(None)
    notebook = Starts()
    asyncio.run(live(notebook))
    assert notebook.lost_codes == ["unreachable"] * 3


def test_it_sends_what_other_commands_left(claudemesh, broker, bob, unreachable) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "first")
    unreachable(None)
    claudemesh("send", "bob", "second")
    unreachable(broker.url)

    class Sees(list[str]):
        def append(self, text: str) -> None:
            super().append(text)
            if text.startswith("Sent:"):
                notebook.stop.set()

    notebook = Notebook()
    asyncio.run(live(notebook, Sees()))
    assert len(broker.sends) == 2


def test_peer_events_are_told(claudemesh, broker, alice, bob) -> None:
    broker.mail = [
        bob.push("", "", subtype="system", event="peer_joined", event_data={"name": "bob"}),
        bob.writes("hi", alice.member.public),
    ]
    notebook = Notebook(messages=1)
    asyncio.run(live(notebook))
    assert notebook.events == ["peer_joined"]


def test_waits_rise_to_their_cap_and_start_again_after_a_reset() -> None:
    caps: list[float] = []
    backoff = Backoff(lambda low, high: caps.append(high) or low)
    for _ in range(8):
        assert backoff.next_s() == 0.0
    assert caps == [1, 2, 4, 8, 16, 30, 30, 30]
    backoff.reset()
    backoff.next_s()
    assert caps[-1] == CAPS_S[0]


def test_waits_are_spread_over_the_whole_range() -> None:
    backoff = Backoff()
    assert all(0 <= Backoff().next_s() <= 1 for _ in range(100))
    assert len({backoff.next_s() for _ in range(10)}) > 5
