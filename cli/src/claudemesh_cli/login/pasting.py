"""Lines pasted into the terminal, unseen: takes the echo away, and gives it back in every case."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

_READ_BYTES = 8192
_TERMINATED = 128 + signal.SIGTERM


class Paste:
    """What is typed at one terminal; `fd` is to be watched until it is None."""

    def __init__(self, fd: int | None) -> None:
        self.fd = fd
        self._rest = b""

    def lines(self) -> list[str]:
        """The whole lines that are there now, without empty ones. Never waits if `fd` is ready."""
        if self.fd is None:
            return []
        data = os.read(self.fd, _READ_BYTES)
        if not data:
            self.fd = None  # Ctrl-D: nothing more will be pasted
        *whole, self._rest = (self._rest + data).split(b"\n")
        texts = (line.decode("utf-8", "replace").strip() for line in whole)
        return [text for text in texts if text]


@contextlib.contextmanager
def pasting(wanted: bool) -> Iterator[Paste]:
    """Lines from the terminal on standard input while the body runs, without showing them.

    None come if they are not `wanted`, or if this process may not read the terminal. What was
    typed but not read does not reach the shell afterwards: it could be half a token.
    """
    fd = sys.stdin.fileno() if wanted else -1
    if not wanted or not _in_foreground(fd):
        yield Paste(None)
        return
    import termios  # POSIX only, so not at import time

    before = termios.tcgetattr(fd)
    hidden = termios.tcgetattr(fd)
    hidden[3] &= ~(termios.ECHO | termios.ECHONL)
    with _ended_by_sigterm():
        termios.tcsetattr(fd, termios.TCSANOW, hidden)
        try:
            yield Paste(fd)
        finally:
            with contextlib.suppress(termios.error):  # the terminal itself may be gone
                termios.tcsetattr(fd, termios.TCSAFLUSH, before)


def _in_foreground(fd: int) -> bool:
    """False in the background, where touching the terminal would stop the process."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except (OSError, AttributeError):
        return False


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Make SIGTERM unwind the stack, so that the terminal is put right."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
