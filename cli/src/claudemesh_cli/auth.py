"""`auth.json`: the account token of this machine; checks it with nobody."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.paths import config_dir, config_path, damaged, write_atomically

SIGN_IN = "Run: claudemesh login"


@dataclass
class Auth:
    """Who is signed in. `user` is `{id, display_name, email}`, `stored_at` ISO 8601 UTC."""

    session_token: str = field(repr=False)
    user: dict[str, Any]
    token_source: str
    stored_at: str
    api_url: str | None = None


def file_path() -> Path:
    """Path of `auth.json`."""
    return config_path() / "auth.json"


def load() -> Auth | None:
    """Who is signed in, or None. A damaged file is set aside (CliError `file_damaged`)."""
    path = file_path()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CliError(
            "config_unreadable", f"Cannot read {path}: {error.strerror or error}."
        ) from error
    try:
        document = json.loads(data)
        return _read(document)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise damaged(path, "not a sign-in", SIGN_IN) from None


def _read(document: dict[str, Any]) -> Auth:
    token, user = document["session_token"], document.get("user") or {}
    if not isinstance(token, str) or not isinstance(user, dict):
        raise TypeError
    return Auth(
        session_token=token,
        user=user,
        token_source=str(document.get("token_source", "")),
        stored_at=str(document.get("stored_at", "")),
        api_url=str(document.get("api_url") or "") or None,
    )


def require() -> Auth:
    """Who is signed in. Raises CliError (exit code 2) if nobody is."""
    auth = load()
    if auth is None:
        raise CliError("not_signed_in", "You are not signed in.", SIGN_IN, ExitCode.NOT_SIGNED_IN)
    return auth


def save(token: str, user: dict[str, Any], *, source: str, api_url: str) -> Auth:
    """Remember a token that the broker accepted; `source` is how it came (paste, device)."""
    stored_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    auth = Auth(token, user, source, stored_at, api_url)
    write(auth)
    return auth


def write(auth: Auth) -> None:
    """Keep a sign-in as it is given, in place of the one there was."""
    document = {
        "session_token": auth.session_token,
        "user": auth.user,
        "token_source": auth.token_source,
        "stored_at": auth.stored_at,
        "api_url": auth.api_url,
    }
    write_atomically(config_dir() / "auth.json", json.dumps(document, indent=2).encode() + b"\n")


def forget() -> None:
    """Sign out on this machine; the broker is not told."""
    file_path().unlink(missing_ok=True)
