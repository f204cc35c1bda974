"""login, logout, whoami, and what the broker's answers turn into."""

import io
import json
import socket
from pathlib import Path

import pytest
from claudemesh_cli import auth

TOKEN = "token-of-alice"


def test_login_checks_the_token_and_keeps_it_private(run, broker, home: Path) -> None:
    result = run("login", "--token", TOKEN, "--url", broker.url, "--json")
    assert result.json["user"]["email"] == "alice@example.com"
    assert (home / "auth.json").stat().st_mode & 0o777 == 0o600
    assert TOKEN not in result.out + result.err


def test_login_reads_the_token_from_standard_input(run, broker, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    assert run("login", "--token", "-", "--url", broker.url).code == 0


def test_refused_token_is_not_kept(run, broker, home: Path) -> None:
    result = run("login", "--token", "wrong", "--url", broker.url, "--json")
    assert (result.code, result.json["error"]["code"]) == (2, "invalid_or_revoked_token")
    assert not (home / "auth.json").exists()


@pytest.mark.parametrize("token", ["", " ", "a b", "tökén", "a\r\nX-Evil: 1"])
def test_what_is_no_token_is_refused_before_asking(run, broker, token: str) -> None:
    assert run("login", "--token", token, "--url", broker.url).code == 3
    assert broker.seen == []


def test_token_revoked_elsewhere_signs_out(run, signed_in, home: Path) -> None:
    refused = {"error": "invalid_or_revoked_token", "message": "Your token is not valid."}
    signed_in.answers["/cli/mesh/create"] = (401, refused)
    result = run("create", "x")
    assert (result.code, auth.load()) == (2, None)
    assert "claudemesh login" in result.err


def test_logout_ends_the_token_at_the_broker(run, signed_in) -> None:
    told = {"signed_out": True, "token_ended": True, "already_ended": False}
    assert run("logout", "--json").json == told
    assert signed_in.seen[-1][1:3] == ("/cli/session/revoke", {"token": TOKEN})
    assert auth.load() is None


def test_logout_says_when_the_token_was_ended_before(run, signed_in) -> None:
    signed_in.accounts.live_tokens.clear()
    result = run("logout")
    assert (result.code, auth.load()) == (0, None)
    assert "had been ended before" in result.out


def test_logout_works_without_the_broker_and_says_what_that_means(run, signed_in) -> None:
    signed_in.answers["/cli/session/revoke"] = (502, b"<html>")
    result = run("logout")
    assert (result.code, auth.load()) == (0, None)
    assert "stays valid" in result.err


def test_whoami_of_nobody_is_exit_code_2(run) -> None:
    result = run("whoami", "--json")
    assert result.code == 2
    nobody = {"signed_in": False, "checked": False, "user": None, "api_url": None, "meshes": []}
    assert result.json == nobody


def test_whoami_asks_the_broker_and_keeps_what_it_says(run, signed_in) -> None:
    renamed = {"id": "7", "display_name": "Alicia", "email": "alice@example.com"}
    signed_in.answers["/api/my/profile"] = (200, renamed)
    result = run("whoami", "--json").json
    assert (result["checked"], result["signed_in"], result["user"]) == (True, True, renamed)
    assert auth.require().user == renamed


def test_whoami_of_an_ended_token_signs_out(run, signed_in) -> None:
    signed_in.accounts.live_tokens.clear()
    result = run("whoami")
    assert (result.code, auth.load()) == (2, None)
    assert "Signed out" in result.out
    assert "claudemesh login" in result.out


def test_whoami_without_the_broker_says_what_it_knows(run, signed_in) -> None:
    signed_in.answers["/api/my/profile"] = (502, b"<html>")
    result = run("whoami", "--json")
    assert (result.code, result.json["signed_in"], result.json["checked"]) == (0, True, False)
    assert "Not checked" in result.err


def test_damaged_sign_in_is_set_aside(run, home: Path) -> None:
    home.mkdir()
    (home / "auth.json").write_text("{}")
    assert "set aside" in run("whoami").err
    assert run("whoami").code == 2


# --- what may come instead of an answer


def error_of(run, url: str) -> tuple[int, str]:
    result = run("login", "--token", TOKEN, "--url", url, "--json")
    assert result.json["error"]["message"]
    return result.code, result.json["error"]["code"]


def test_nobody_listening_is_a_network_error(run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert error_of(run, url) == (4, "network")


def test_silence_is_a_timeout(run, monkeypatch) -> None:
    monkeypatch.setattr("claudemesh_cli.api.READ_TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert error_of(run, f"http://127.0.0.1:{mute.getsockname()[1]}") == (4, "timeout")


def test_plain_http_behind_https_is_a_tls_error(run, broker) -> None:
    assert error_of(run, broker.url.replace("http", "https")) == (4, "tls")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>hello</html>"), (200, b'{"id": 7}'), (200, b"\xff"), (502, b"Bad Gateway"),
     (302, b""), (200, b"[]"), (500, b'{"error": 7}')],
)  # fmt: skip
def test_foreign_answer_is_told_apart(run, broker, status: int, body: bytes) -> None:
    broker.answers["/api/my/profile"] = (status, body)
    assert error_of(run, broker.url) == (4, "not_a_broker")


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("forbidden", 7), ("not_found", 5), ("exists", 6), ("malformed", 3), ("rate_limit", 4),
     ("internal", 8), ("never_heard_of", 1)],
)  # fmt: skip
def test_broker_codes_become_exit_codes(run, broker, code: str, exit_code: int) -> None:
    broker.answers["/api/my/profile"] = (400, {"error": code, "message": "Because."})
    assert error_of(run, broker.url) == (exit_code, code)


@pytest.mark.parametrize("url", ["nope", "ftp://x", "http://", "http://[", "http://x:99999"])
def test_what_is_no_address_is_refused(run, url: str) -> None:
    assert error_of(run, url) == (3, "bad_url")


def test_socket_address_serves_as_well(run, broker) -> None:
    assert run("login", "--token", TOKEN, "--url", broker.socket_url).code == 0
    assert json.loads((auth.file_path()).read_text())["api_url"] == broker.url
