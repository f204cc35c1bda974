"""peers and the commands about oneself."""

import pytest
from claudemesh_wire.broker import Error
from claudemesh_wire.client import JoinGroup, LeaveGroup, SetProfile, SetStatus, SetVisible
from claudemesh_wire.fields import GroupRef


def test_peers_show_status_groups_and_summary(claudemesh, broker, bob) -> None:
    broker.peers = [
        bob.peer(status="dnd", summary="on fire", groups=[GroupRef(name="web", role="lead")])
    ]
    out = claudemesh("peers").out
    for word in ("bob", "dnd", "on fire", "@web (lead)", "member"):
        assert word in out


def test_own_sessions_are_marked(claudemesh, broker, alice, bob, monkeypatch) -> None:
    broker.peers = [alice.peer(), bob.peer()]
    assert "alice (you)" in claudemesh("peers").out
    monkeypatch.setenv("CLAUDEMESH_SESSION_ID", "session-alice")
    assert "alice (this session)" in claudemesh("peers").out


def test_equal_names_are_told_apart(claudemesh, broker, bob, carol) -> None:
    broker.peers = [bob.peer(), carol.peer(display_name="Bob")]
    out = claudemesh("peers").out
    assert f"key {bob.session.public[:8]}" in out
    assert f"key {carol.session.public[:8]}" in out


def test_json_has_the_keys_programs_rely_on(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    peer = claudemesh("peers", "--json").json["peers"][0]
    assert peer["member_key"] == bob.member.public
    assert peer["session_key"] == bob.session.public
    assert (peer["own"], peer["this_session"], peer["duplicate_name"]) == (False, False, False)


def test_an_empty_mesh_says_so(claudemesh) -> None:
    assert "Nobody is connected." in claudemesh("peers").out


def test_a_peers_name_cannot_rule_the_terminal(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer(display_name="\x1b[31mbob\n", summary="[bold]x[/bold]")]
    out = claudemesh("peers").out
    assert "\x1b[31m" not in out
    assert "[bold]x[/bold]" in out


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        (("status", "dnd"), SetStatus(status="dnd", req_id="1")),
        (("visible", "off"), SetVisible(visible=False, req_id="1")),
        (
            ("groups", "join", "@web", "--role", "lead"),
            JoinGroup(name="web", role="lead", req_id="1"),
        ),
        (("groups", "leave", "web"), LeaveGroup(name="web", req_id="1")),
        (("profile", "--title", "Dev"), SetProfile(title="Dev", req_id="1")),
    ],
)
def test_settings_are_requests(claudemesh, broker, arguments, request_) -> None:
    assert claudemesh(*arguments).code == 0
    assert broker.requests == [request_]


def test_a_summary_may_have_spaces(claudemesh, broker) -> None:
    assert claudemesh("summary", "fixing", "the", "build").code == 0
    assert broker.requests[0].summary == "fixing the build"


def test_a_command_inside_a_session_carries_its_id(claudemesh, broker, monkeypatch) -> None:
    monkeypatch.setenv("CLAUDEMESH_SESSION_ID", "session-7")
    claudemesh("status", "working")
    assert (broker.hellos[0].session_id, broker.hellos[0].ephemeral) == ("session-7", True)


def test_without_a_live_session_it_says_what_to_do(claudemesh, broker) -> None:
    broker.request_error = Error(code="not_found", message="You have no live session.")
    result = claudemesh("status", "dnd")
    assert result.code == 5
    assert "claudemesh listen" in result.err


def test_with_several_live_sessions_it_says_which(claudemesh, broker) -> None:
    broker.request_error = Error(code="ambiguous", message="Several.", candidates=["a", "b"])
    result = claudemesh("status", "dnd")
    assert result.code == 3
    assert "a, b" in result.err


def test_status_without_a_word_shows_it(claudemesh, broker, alice) -> None:
    broker.peers = [alice.peer(status="working")]
    assert claudemesh("status").out.strip() == "alice: working"
    assert claudemesh("groups", "--json").json["sessions"][0]["groups"] == []


@pytest.mark.parametrize("name", ["a b", "", "@", "a,b", "x" * 129])
def test_bad_group_names_are_refused_here(claudemesh, broker, name: str) -> None:
    assert claudemesh("groups", "join", name).code == 3
    assert broker.requests == []


def test_an_unreachable_broker_is_exit_code_4(claudemesh, unreachable) -> None:
    unreachable(None)
    result = claudemesh("peers")
    assert result.code == 4
    assert "Cannot reach the broker" in result.err
