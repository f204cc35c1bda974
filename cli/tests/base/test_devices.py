"""devices: which machines are signed in, and signing one, or all others, out."""

import pytest
from claudemesh_cli import auth
from fake_accounts import device

THIS = "0193aaaa0000700080000000000000a1"
LAPTOP = "0193aaaa1111700080000000000000b2"
TOWER = "0193bbbb2222700080000000000000c3"


@pytest.fixture
def three(signed_in):
    """Alice's account with this machine and two others."""
    signed_in.accounts.devices = [
        device(THIS, "here", current=True),
        device(LAPTOP, "Laptop"),
        device(TOWER, "tower", last_seen_at=None, last_ip=None),
    ]
    return signed_in


def revoked(broker) -> list[str]:
    return [path.split("/")[3] for _, path, _, _ in broker.seen if path.endswith("/revoke")]


def test_devices_are_listed_with_this_one_marked(run, three) -> None:
    lines = run("devices").out.splitlines()
    assert len(lines) == 4
    assert "this one" in lines[1]
    assert lines[2].startswith("0193aaaa1 ")
    for text in ("Laptop", "linux x86_64", "2030-01-02", "192.0.2.7", "2030-02-01"):
        assert text in lines[2]
    assert "never" in lines[3]


def test_devices_as_json(run, three) -> None:
    rows = run("devices", "--json").json["devices"]
    assert [(row["id"], row["current"]) for row in rows] == [
        (THIS, True),
        (LAPTOP, False),
        (TOWER, False),
    ]
    assert rows[0].keys() == device("x", "y").keys()


def test_name_of_a_machine_cannot_rule_the_terminal(run, three) -> None:
    three.accounts.devices.append(device("0193cccc", "\x1b[2J\nroot"))
    assert "\x1b" not in run("devices").out
    assert "\x1b" not in run("devices", "revoke", "0193cccc").out


@pytest.mark.parametrize("name", [LAPTOP, "laptop", "LAPTOP", "0193aaaa1", "0193AAAA1"])
def test_device_is_revoked_by_id_hostname_or_beginning(run, three, name: str) -> None:
    result = run("devices", "revoke", name, "--json")
    assert (result.code, [row["id"] for row in result.json["revoked"]]) == (0, [LAPTOP])
    assert revoked(three) == [LAPTOP]
    assert auth.load() is not None


def test_several_matches_are_listed_and_nothing_is_touched(run, three) -> None:
    result = run("devices", "revoke", "0193aaaa")
    assert result.code == 3
    assert THIS in result.err
    assert LAPTOP in result.err
    assert revoked(three) == []


def test_same_hostname_twice_is_never_guessed(run, three) -> None:
    three.accounts.devices.append(device("0193dddd", "laptop"))
    assert run("devices", "revoke", "laptop").code == 3
    assert revoked(three) == []


@pytest.mark.parametrize("name", ["nobody", "0193a", "", "../x"])
def test_what_is_no_device_is_not_found(run, three, name: str) -> None:
    """Five characters of an id name whole months, so they name nothing."""
    result = run("devices", "revoke", name)
    assert (result.code, revoked(three)) == (5, [])


def test_revoking_this_machine_signs_it_out_and_says_so(run, three) -> None:
    result = run("devices", "revoke", "here")
    assert (result.code, auth.load()) == (0, None)
    assert "this machine" in result.out


def test_all_others_only_after_a_yes(run, three) -> None:
    result = run("devices", "revoke", "--others", "--json")
    assert (result.code, result.json["error"]["code"]) == (3, "needs_confirmation")
    assert revoked(three) == []
    result = run("devices", "revoke", "--others", "-y")
    assert (result.code, revoked(three)) == (0, [LAPTOP, TOWER])
    assert auth.load() is not None
    assert "No other device" in run("devices", "revoke", "--others").out


def test_device_that_is_gone_by_now_is_no_error(run, three) -> None:
    gone = {"error": "not_found", "message": "You have no such device."}
    three.answers[f"/cli/sessions/{LAPTOP}/revoke"] = (404, gone)
    assert run("devices", "revoke", "--others", "-y").code == 0
    assert revoked(three) == [LAPTOP, TOWER]


def test_how_far_it_came_is_said_when_it_breaks_off(run, three) -> None:
    failed = {"error": "unavailable", "message": "No storage."}
    three.answers[f"/cli/sessions/{TOWER}/revoke"] = (503, failed)
    result = run("devices", "revoke", "--others", "-y")
    assert result.code == 4
    assert "1 of 2 were signed out, then: No storage." in result.err


@pytest.mark.parametrize("arguments", [(), ("laptop", "--others")])
def test_one_device_or_all_others_has_to_be_said(run, three, arguments) -> None:
    assert run("devices", "revoke", *arguments).code == 3
    assert revoked(three) == []


@pytest.mark.parametrize("command", [("devices",), ("devices", "revoke", "x"), ("sync",)])
def test_nobody_signed_in_is_exit_code_2(run, command) -> None:
    assert run(*command).code == 2


def test_ended_token_signs_out(run, three) -> None:
    three.accounts.live_tokens.clear()
    assert (run("devices").code, auth.load()) == (2, None)
