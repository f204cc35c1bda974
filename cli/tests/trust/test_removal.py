"""disconnect, kick, ban, unban, bans: what is asked, what is said, what needs a yes."""

import sys

import pytest
from claudemesh_wire.broker import BanAck, DisconnectAck, Error, KickAck, ListBansResult, UnbanAck
from claudemesh_wire.client import Ban, Disconnect, Kick, ListBans, Unban
from claudemesh_wire.fields import BanInfo


@pytest.fixture(autouse=True)
def obliging(broker) -> None:
    """The broker does whatever alice asks for, to bob."""
    broker.replies = {
        Disconnect: lambda _: DisconnectAck(affected=["bob"], kicked=["bob"]),
        Kick: lambda _: KickAck(affected=["bob"], kicked=["bob"]),
        Ban: lambda _: BanAck(banned="bob"),
        Unban: lambda _: UnbanAck(unbanned="bob"),
    }


def test_disconnect_says_that_they_come_back(claudemesh, broker) -> None:
    result = claudemesh("disconnect", "bob")
    assert result.out == "Disconnected bob. They will auto-reconnect within seconds.\n"
    assert broker.requests == [Disconnect(target="bob", req_id="1")]


def test_kick_says_that_they_can_rejoin(claudemesh, broker) -> None:
    result = claudemesh("kick", "bob")
    assert result.out == "Kicked bob. They can rejoin anytime by running claudemesh.\n"
    assert broker.requests == [Kick(target="bob", req_id="1")]


def test_kick_takes_the_mesh_in_the_name(claudemesh, broker) -> None:
    assert claudemesh("kick", "team:bob", "--json").json == {"mesh": "team", "affected": ["bob"]}
    assert broker.requests == [Kick(target="bob", req_id="1")]


@pytest.mark.parametrize("command", ["kick", "disconnect"])
def test_stale_is_sent_in_milliseconds(claudemesh, broker, command) -> None:
    assert claudemesh(command, "--stale", "30m").code == 0
    assert broker.requests[0].stale == 1_800_000


@pytest.mark.parametrize("command", ["kick", "disconnect"])
def test_all_without_a_yes_touches_nobody(claudemesh, broker, command) -> None:
    result = claudemesh(command, "--all", "--no-input")
    assert result.code == 3
    assert "Repeat it with -y" in result.err
    assert broker.requests == []


@pytest.mark.parametrize("command", ["kick", "disconnect"])
def test_all_with_a_yes_touches_everybody(claudemesh, broker, command) -> None:
    assert claudemesh(command, "--all", "-y").code == 0
    assert broker.requests[0].all is True


def test_all_asks_whoever_is_there(claudemesh, broker, monkeypatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich_click.confirm", lambda question, **_: False)
    result = claudemesh("kick", "--all")
    assert (result.code, result.err) == (1, "Error: Cancelled.\n")
    assert broker.requests == []


@pytest.mark.parametrize(
    "arguments", [(), ("bob", "--all"), ("--stale", "30m", "--all"), ("bob", "--stale", "1h")]
)
def test_kick_wants_to_know_whom_exactly(claudemesh, broker, arguments) -> None:
    assert claudemesh("kick", *arguments, "-y").code == 3
    assert broker.requests == []


def test_kicking_nobody_is_said(claudemesh, broker) -> None:
    broker.replies[Kick] = lambda _: KickAck(affected=[], kicked=[])
    assert claudemesh("kick", "--stale", "1h").out == "That is nobody just now.\n"


def test_ban_passes_the_reason_on(claudemesh, broker) -> None:
    result = claudemesh("ban", "bob", "--reason", "spam", "--json")
    assert result.json == {"mesh": "team", "banned": "bob", "reason": "spam"}
    assert broker.requests == [Ban(target="bob", reason="spam", req_id="1")]


def test_a_reason_that_is_too_long_is_not_sent(claudemesh, broker) -> None:
    assert claudemesh("ban", "bob", "--reason", "x" * 2_001).code == 3
    assert broker.requests == []


def test_unban_lets_back(claudemesh, broker) -> None:
    assert claudemesh("unban", "bob").out == "bob may come back, with the key they had.\n"
    assert broker.requests == [Unban(target="bob", req_id="1")]


def test_bans_lists_who_when_by_whom_and_why(claudemesh, broker) -> None:
    row = BanInfo(
        name="mallory\x1b[2J",
        pubkey="ab" * 32,
        revoked_at="2030-01-01T00:00:00Z",
        banned_by="alice",
        reason="",
    )
    broker.replies[ListBans] = lambda _: ListBansResult(bans=[row])
    assert claudemesh("bans", "--json").json["bans"] == [
        {
            "name": "mallory\x1b[2J",
            "member_key": "ab" * 32,
            "banned_at": "2030-01-01T00:00:00Z",
            "banned_by": "alice",
            "reason": None,
        }
    ]
    shown = claudemesh("bans").out
    assert "mallory" in shown
    assert "\x1b[2J" not in shown


def test_no_bans_is_said(claudemesh, broker) -> None:
    broker.replies[ListBans] = lambda _: ListBansResult(bans=[])
    assert claudemesh("bans").out == "Nobody is banned.\n"


@pytest.mark.parametrize(
    ("code", "exit_code"), [("forbidden", 7), ("not_found", 5), ("ambiguous", 3), ("invalid", 3)]
)
@pytest.mark.parametrize("command", ["kick", "disconnect", "ban", "unban"])
def test_refusals_have_their_exit_codes(claudemesh, broker, command, code, exit_code) -> None:
    broker.request_error = Error(code=code, message="No.")
    assert claudemesh(command, "bob").code == exit_code


def test_candidates_of_an_ambiguous_name_are_listed_and_harmless(claudemesh, broker) -> None:
    broker.request_error = Error(
        code="ambiguous", message="Several match.", candidates=["bob (member, aa)", "\x1b[2Jbob"]
    )
    err = claudemesh("ban", "bob").err
    assert "bob (member, aa)" in err
    assert "\x1b[2J" not in err


@pytest.mark.parametrize(
    ("close", "code", "sentence"),
    [
        ((4001, "kicked"), 1, "Kicked from this mesh. Run claudemesh to rejoin."),
        ((4002, "You've been removed from Team."), 7, "You've been removed from Team."),
    ],
)
def test_whoever_is_removed_is_told_and_stays_away(
    claudemesh, broker, close, code, sentence
) -> None:
    broker.close_after_hello = [close]
    result = claudemesh("listen")
    assert result.code == code
    assert sentence in result.err
    assert len(broker.hellos) == 1
