"""login on a terminal: the browser and a pasted token race, and the terminal is left as it was."""

import os
import signal
import stat
from pathlib import Path

import pytest
from claudemesh_cli import auth
from claudemesh_cli.errors import ExitCode
from fake_accounts import APPROVED, DEVICE_TOKEN, PENDING
from terminal import Terminal

TOKEN = "token-of-alice"
NO_SCREEN = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": "", "WSL_DISTRO_NAME": ""}


@pytest.fixture
def login(broker):
    """Start `claudemesh login` on a terminal."""

    def start(*arguments: str, columns: int = 100, lines: int = 60, **env: str) -> Terminal:
        command = ("login", "--url", broker.url, *arguments)
        return Terminal(*command, columns=columns, lines=lines, **{**NO_SCREEN, **env})

    return start


@pytest.fixture
def browser(tmp_path: Path) -> dict[str, str]:
    """An environment with a browser that writes down what it is to open, and tries to read."""
    script, opened = tmp_path / "browser.sh", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\necho noise; echo noise >&2\necho "$1" >> {opened}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    os.mkfifo(opened)
    return {"BROWSER": str(script), "opened": str(opened)}


def opened(browser: dict[str, str]) -> str:
    with open(browser["opened"]) as fifo:
        return fifo.readline().strip()


def test_browser_wins(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK
        assert "Signed in to" in terminal.seen
        assert terminal.echoes
    assert auth.require().session_token == DEVICE_TOKEN


def test_paste_wins(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        assert not terminal.echoes
        terminal.type(f"{TOKEN}\r")
        assert terminal.end() == ExitCode.OK
        assert terminal.echoes
        assert TOKEN not in terminal.seen
    assert (auth.require().session_token, auth.require().token_source) == (TOKEN, "paste")


def test_refused_paste_is_told_and_the_browser_may_still_win(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        terminal.type("\rwrong\r")
        terminal.until("Not valid any more.")
        terminal.type("two words\r")
        terminal.until("That is not a token.")
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK
    assert auth.require().session_token == DEVICE_TOKEN


def test_half_a_paste_does_not_reach_the_shell(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        terminal.type("half-a-tok")
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK
        terminal.type("\r")
        assert "half" not in terminal.left_over()


def test_end_of_input_leaves_the_browser(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        terminal.type("\x04")
        broker.accounts.polls = [PENDING, APPROVED]
        assert terminal.end() == ExitCode.OK


def test_token_that_comes_too_late_is_given_back(login, broker) -> None:
    """The paste wins while a poll is under way that brings a token too: no device is left over."""
    with login() as terminal:
        terminal.until("Waiting for your approval")
        answered = broker.answer

        def approves_meanwhile(method, path, body, bearer):
            if path == "/api/my/profile":
                broker.accounts.polls = [APPROVED, {"status": "consumed"}]
                while broker.accounts.polls[0] is APPROVED:
                    pass
            return answered(method, path, body, bearer)

        broker.answer = approves_meanwhile
        terminal.type(f"{TOKEN}\r")
        assert terminal.end() == ExitCode.OK
    assert auth.require().session_token == TOKEN
    assert broker.accounts.ended == [DEVICE_TOKEN]


@pytest.mark.parametrize(
    ("status", "code"), [("denied", ExitCode.NOT_PERMITTED), ("expired", ExitCode.FAILED)]
)
def test_no_from_the_browser_ends_it(login, broker, status: str, code: ExitCode) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        broker.accounts.polls = [{"status": status}]
        assert terminal.end() == code
        assert terminal.echoes


def test_ctrl_c_cancels_and_gives_the_terminal_back(login) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        terminal.type("\x03")
        assert terminal.end() == ExitCode.FAILED
        assert terminal.echoes
        assert "Error: Cancelled." in terminal.seen
        assert "Traceback" not in terminal.seen
    assert auth.load() is None


def test_termination_gives_the_terminal_back(login) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 128 + signal.SIGTERM
        assert terminal.echoes
        assert "Traceback" not in terminal.seen


def test_broker_that_goes_away_is_told_and_waited_for(login, broker) -> None:
    with login() as terminal:
        terminal.until("Waiting for your approval")
        broker.accounts.polls = [None]
        terminal.until("out of reach")
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK


def test_browser_is_opened_and_cannot_write_here(login, browser) -> None:
    with login(BROWSER=browser["BROWSER"]) as terminal:
        terminal.until("Your browser should open")
        assert opened(browser).endswith("/cli-auth?session=clm_sess_1")
        terminal.until("Waiting for your approval")
        assert "noise" not in terminal.seen


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (("--no-browser",), {}),
        (("--no-input",), {}),
        ((), {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}),
        ((), {"SSH_TTY": "/dev/pts/9"}),
        ((), {"CI": "true"}),
        ((), {"BROWSER": ""}),
    ],
)
def test_browser_is_not_opened_where_nobody_would_see_it(login, browser, arguments, env) -> None:
    with login(*arguments, **{"BROWSER": browser["BROWSER"], **env}) as terminal:
        assert "Your browser should open" not in terminal.until("Waiting for your approval")
        assert "BCDF-GHJK" in terminal.seen


def test_qr_code_is_drawn_where_it_fits(login) -> None:
    with login() as terminal:
        assert "▀▄" in terminal.until("Waiting for your approval")
        assert "\x1b[97;40m" in terminal.seen


def test_qr_code_without_colour_is_blocks_only(login) -> None:
    with login(NO_COLOR="1") as terminal:
        seen = terminal.until("Waiting for your approval")
        assert "▀▄" in seen
        assert "\x1b[97;40m" not in seen


@pytest.mark.parametrize(
    "options",
    [
        {"columns": 30},
        {"lines": 24},
        {"TERM": "dumb"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"arguments": ("--no-qr",)},
    ],
)
def test_qr_code_is_left_out_where_it_does_not_fit(login, options) -> None:
    with login(*options.pop("arguments", ()), **options) as terminal:
        seen = terminal.until("Waiting for your approval")
        assert "▀" not in seen
        assert "\\u2580" not in seen
        assert "BCDF-GHJK" in seen


def test_narrow_terminal_keeps_page_and_code_whole(login, broker) -> None:
    with login(columns=20, lines=10) as terminal:
        seen = terminal.until("Waiting for your")
        assert f"{broker.url}/cli-auth?session=clm_sess_1" in seen
        assert "BCDF-GHJK" in seen


def test_dumb_terminal_gets_no_escapes(login, broker) -> None:
    with login(TERM="dumb") as terminal:
        terminal.until("Waiting for your approval")
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK
        assert "\x1b" not in terminal.seen


def test_no_input_takes_no_paste(login, broker) -> None:
    with login("--no-input") as terminal:
        assert "paste" not in terminal.until("Waiting for your approval")
        assert terminal.echoes
        broker.accounts.polls = [APPROVED]
        assert terminal.end() == ExitCode.OK


def test_json_on_a_terminal_is_two_lines_and_nothing_else(login, broker) -> None:
    broker.accounts.polls = [APPROVED]
    with login("--json") as terminal:
        assert terminal.end() == ExitCode.OK
        assert [line[0] for line in terminal.seen.splitlines()] == ["{", "{"]
