"""Which broker to talk to, and how its two addresses (HTTP and WebSocket) map to each other."""

import os
from urllib.parse import urlsplit, urlunsplit

from claudemesh_cli import auth
from claudemesh_cli.errors import CliError, ExitCode

DEFAULT_API_URL = "http://localhost:7900"
_HTTP = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


def api_url(named: str | None = None) -> str:
    """The HTTP address of the broker, without a trailing slash.

    The first of: `named`, CLAUDEMESH_API_URL, CLAUDEMESH_BROKER_URL, where one signed in, the
    default. Raises CliError for what is no address.
    """
    return http_url(named or _environment() or _signed_in() or DEFAULT_API_URL)


def is_chosen() -> bool:
    """True if the environment or a sign-in says which broker, so that it is not the default."""
    return bool(_environment() or _signed_in())


def _environment() -> str | None:
    return os.environ.get("CLAUDEMESH_API_URL") or os.environ.get("CLAUDEMESH_BROKER_URL")


def _signed_in() -> str | None:
    stored = auth.load()
    return stored.api_url if stored else None


def http_url(url: str) -> str:
    """The HTTP address for a broker's WebSocket or HTTP address: `ws://host/ws` -> `http://host`.

    Raises CliError for anything but ws, wss, http and https with a host.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in _HTTP:
        raise CliError(
            "bad_url",
            f"{url!r} is not the address of a broker.",
            "It looks like https://mesh.example.org or wss://mesh.example.org/ws.",
            ExitCode.BAD_ARGUMENTS,
        )
    path = parts.path.rstrip("/").removesuffix("/ws")
    return urlunsplit((_HTTP[parts.scheme], parts.netloc, path, "", ""))


def is_private(url: str) -> bool:
    """True if nobody between here and there can read along: TLS, or this very machine."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme in ("https", "wss") or local
