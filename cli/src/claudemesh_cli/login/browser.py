"""Whether there is a browser to open on this screen, and opening it; never in the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

_REMOTE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")


def is_within_reach() -> bool:
    """True if a browser would open before the eyes of whoever sits here."""
    if any(os.environ.get(name) for name in _REMOTE):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in _SCREENS)


def open_page(url: str) -> bool:
    """Try to open a page; False if that cannot even be tried.

    In a process and session of its own: browsers print, and some would take the terminal over.
    """
    try:
        subprocess.Popen(
            (sys.executable, "-m", "webbrowser", "-t", url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
