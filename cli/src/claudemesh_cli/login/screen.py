"""What a person sees while a sign-in waits: page, code, QR code, time left; decides nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from claudemesh_cli.errors import CliError
from claudemesh_cli.login import browser
from claudemesh_cli.login.qr import coloured, qr_lines
from claudemesh_cli.output import Output, clean

if TYPE_CHECKING:
    from rich.status import Status

    from claudemesh_cli.login.attempt import Attempt

#: Lines of text that have to fit under the QR code.
_TEXT_LINES = 12


class Screen:
    """Shows on stderr; with `--json`, the codes as one line on stdout and nothing else."""

    def __init__(self, output: Output, *, may_open: bool, may_draw: bool) -> None:
        self._output = output
        self._may_open = may_open
        self._may_draw = may_draw
        self._status: Status | None = None
        self._troubled = False

    def show(self, attempt: Attempt, *, paste: bool) -> None:
        """The page and the code, and a browser if there is one."""
        if self._output.json:
            self._output.json_line(described(attempt))
            return
        url, code = attempt.url, clean(attempt.codes.user_code, one_line=True)
        if self._may_draw and sys.stderr.isatty():
            self._draw(url)
        self._say("To sign this machine in, open this page, here or on another device:")
        self._say(f"\n  {url}\n")
        self._say("Approve it there if, and only if, the page shows this code:\n")
        self._print_code(code)
        if paste:
            self._say(f"\nOr paste a token from {attempt.codes.token_url} and press Enter.")
        self._open(url)

    @contextlib.contextmanager
    def waiting(self, attempt: Attempt) -> Iterator[None]:
        """A spinner with the time left, if a person watches; else one sentence."""
        if not self._output.interactive:
            if not self._output.json:
                self._output.note(f"Waiting for your approval, for {_minutes(attempt.left_s)}.")
            yield
            return
        with self._output.console(stderr=True).status(_label(attempt, None)) as self._status:
            yield
        self._status = None

    def tick(self, attempt: Attempt, trouble: CliError | None) -> None:
        """Time went by; `trouble` is why the broker is out of reach, if it is."""
        if self._status is not None:
            self._status.update(_label(attempt, trouble))
        elif trouble is not None and not self._troubled:
            self._output.note(f"{trouble.message} Trying again.")
        self._troubled = trouble is not None

    def say(self, sentence: str) -> None:
        """Something that happened while waiting."""
        if not self._output.json:
            self._say(sentence)

    def _say(self, text: str) -> None:
        self._output.warn(text)

    def _print_code(self, code: str) -> None:
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            self._say(f"  {code}")
            return
        from rich.padding import Padding
        from rich.panel import Panel
        from rich.text import Text

        panel = Panel.fit(Text(code, "bold"), padding=(0, 3))
        self._output.console(stderr=True).print(Padding(panel, (0, 0, 0, 2)))

    def _draw(self, url: str) -> None:
        """The QR code, if the terminal can show it whole."""
        if os.environ.get("TERM") == "dumb":
            return
        lines, size = qr_lines(url), shutil.get_terminal_size()
        if len(lines[0]) > size.columns or len(lines) + _TEXT_LINES > size.lines:
            return
        with contextlib.suppress(UnicodeEncodeError):
            "".join(lines).encode(sys.stderr.encoding)
            plain = bool(os.environ.get("NO_COLOR"))
            # not by `warn`: it would make the colours visible escapes
            print("\n".join(lines if plain else map(coloured, lines)), file=sys.stderr, flush=True)

    def _open(self, url: str) -> None:
        watched = sys.stderr.isatty() and not (self._output.no_input or os.environ.get("CI"))
        if self._may_open and watched and browser.is_within_reach() and browser.open_page(url):
            self._say("\nYour browser should open it by itself.")


def described(attempt: Attempt) -> dict[str, Any]:
    """The codes as JSON, without the secret one."""
    codes = attempt.codes
    return {
        "status": "pending",
        "user_code": codes.user_code,
        "verification_url": attempt.url,
        "token_url": codes.token_url,
        "expires_at": codes.expires_at,
        "interval": codes.interval,
    }


def _label(attempt: Attempt, trouble: CliError | None) -> str:
    left = _minutes(attempt.left_s)
    if trouble is not None:
        return f"The broker is out of reach; trying again ({left} left)"
    return f"Waiting for your approval ({left} left)"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
