"""Waits for the browser and for a pasted token at once; the first to succeed ends the other."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable, Iterator

from claudemesh_cli.errors import CliError
from claudemesh_cli.login.account import SignedIn, by_token
from claudemesh_cli.login.attempt import Attempt
from claudemesh_cli.login.pasting import Paste, pasting
from claudemesh_cli.login.polling import Poller
from claudemesh_cli.login.screen import Screen

_TICK_S = 1.0
_RINGS = 64


def wait_for_either(attempt: Attempt, screen: Screen, *, paste: bool) -> SignedIn:
    """Who is signed in, by whichever way. Raises CliError when the browser says no, or nobody.

    A pasted token that the broker refuses is told, and the waiting goes on.
    """
    with (
        _doorbell() as (hears, rings),
        Poller(attempt, rings) as poller,
        screen.waiting(attempt),
        # innermost: Ctrl-C gives the terminal back before anything that may take a moment
        pasting(paste) as lines,
    ):
        while True:
            screen.tick(attempt, poller.trouble)
            _wait(hears, lines)
            signed_in = poller.result() or _pasted(attempt, screen, lines)
            if signed_in is not None:
                return signed_in


def _wait(hears: socket.socket, lines: Paste) -> None:
    watched: list[int | socket.socket] = [hears] if lines.fd is None else [hears, lines.fd]
    if hears in select.select(watched, [], [], _TICK_S)[0]:
        hears.recv(_RINGS)


def _pasted(attempt: Attempt, screen: Screen, paste: Paste) -> SignedIn | None:
    """The first good token among what was pasted just now."""
    if paste.fd is None or not select.select([paste.fd], [], [], 0)[0]:
        return None
    for line in paste.lines():
        try:
            return by_token(attempt.api.base_url, line)
        except CliError as error:
            screen.say(f"{error.message} Paste another one, or go on in the browser.")
    return None


@contextlib.contextmanager
def _doorbell() -> Iterator[tuple[socket.socket, Callable[[], None]]]:
    """A socket that becomes readable when the bell is rung, by any thread, also after the end."""
    hears, rings = socket.socketpair()

    def ring() -> None:
        with contextlib.suppress(OSError):
            rings.send(b"!")

    with hears, rings:
        yield hears, ring
