"""One sign-in by browser, as the broker sees it: its codes, what a poll says; waits for nothing."""

from __future__ import annotations

import platform
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from claudemesh_cli.api import Api
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.login.account import User
from claudemesh_cli.views.ages import parse

MAX_NAME_CHARS = 255
MAX_SYSTEM_CHARS = 64
#: What is taken for the lifetime of the codes if the broker's own makes no sense.
LIFETIME_S = 300.0
MAX_LIFETIME_S = 3600.0
MIN_INTERVAL_S = 0.2
MAX_INTERVAL_S = 60.0
_PAGE = "/cli-auth"


class Codes(msgspec.Struct, frozen=True):
    """The answer to POST /cli/device-code. `device_code` is secret; `interval` in seconds."""

    device_code: str
    user_code: str
    session_id: str
    expires_at: str
    verification_url: str
    token_url: str
    interval: float


class Poll(msgspec.Struct, frozen=True):
    """The answer to a poll; `status` pending, approved, denied, expired or consumed."""

    status: str
    interval: float | None = None
    session_token: str | None = None
    user: User | None = None


@dataclass(frozen=True)
class Attempt:
    """A sign-in under way. `deadline_s` is on the monotonic clock, `url` what a browser opens."""

    api: Api
    codes: Codes
    url: str
    deadline_s: float

    def poll(self) -> Poll:
        """Ask what became of it. Raises CliError."""
        path = f"/cli/device-code/{quote(self.codes.device_code, safe='')}"
        return self.api.request("GET", path, Poll)

    @property
    def left_s(self) -> int:
        """Whole seconds until the codes expire."""
        return max(0, int(self.deadline_s - time.monotonic()))


def begin(api: Api, *, sign_up: bool = False) -> Attempt:
    """Ask the broker for codes; with `sign_up` the browser starts by making an account.

    Raises CliError; `no_browser_login` for a broker that does not know this way.
    """
    started_s = time.monotonic()
    raw = api.send("POST", "/cli/device-code", this_machine())
    if raw.status in (404, 405):
        raise CliError(
            "no_browser_login",
            f"The broker at {api.base_url} has no sign-in by browser.",
            "Get a token from whoever runs it, then run: claudemesh login --token -",
        )
    codes = api.decode(raw, Codes)
    for url in (codes.verification_url, codes.token_url):
        _check_address(url)
    lifetime_s = _lifetime_s(codes.expires_at, raw.date_s)
    url = _sign_up_url(codes.verification_url) if sign_up else codes.verification_url
    return Attempt(api, codes, url, started_s + lifetime_s)


def this_machine() -> dict[str, Any]:
    """How the list of devices will call this machine."""
    return {
        "hostname": _printable(socket.gethostname(), MAX_NAME_CHARS),
        "platform": _printable(sys.platform, MAX_SYSTEM_CHARS),
        "arch": _printable(platform.machine(), MAX_SYSTEM_CHARS),
    }


def bounded_interval_s(interval: float) -> float:
    """The broker's interval, within reason: neither a flood nor a wait without end."""
    return min(max(interval, MIN_INTERVAL_S), MAX_INTERVAL_S)


def _printable(text: str, max_chars: int) -> str:
    return "".join(each for each in text if each.isascii() and each.isprintable())[:max_chars]


def _lifetime_s(expires_at: str, date_s: float | None) -> float:
    """Seconds left by the broker's own clock: this machine's may be wrong."""
    moment = parse(expires_at)
    left_s = moment.timestamp() - (date_s or time.time()) if moment else 0.0
    return left_s if 0 < left_s <= MAX_LIFETIME_S else LIFETIME_S


def _check_address(url: str) -> None:
    """Refuse what a browser must not be made to open, and a terminal not to print."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or not url.isascii() or not url.isprintable() or " " in url:
        raise CliError(
            "not_a_broker",
            "The broker named a page that is no web address.",
            "Check the address of the broker.",
            ExitCode.NETWORK,
        )


def _sign_up_url(verification_url: str) -> str:
    """The sign-up page that leads on to the approval; both are pages of one site."""
    parts = urlsplit(verification_url)
    following = parts.path + (f"?{parts.query}" if parts.query else "")
    path = parts.path.removesuffix(_PAGE) + "/signup"
    return urlunsplit((parts.scheme, parts.netloc, path, f"next={quote(following, safe='')}", ""))
