"""Whose token it is: the shape of a token, the question to the broker; keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from claudemesh_cli.api import Api
from claudemesh_cli.errors import CliError, ExitCode

MAX_TOKEN_CHARS = 8192


class User(msgspec.Struct, frozen=True):
    """The account as the broker describes it."""

    id: str | int
    display_name: str
    email: str


@dataclass(frozen=True)
class SignedIn:
    """A token that the broker accepts. `source` is how it came: device (by browser) or paste."""

    token: str = field(repr=False)
    user: dict[str, Any]
    source: str


def by_token(api_url: str, text: str) -> SignedIn:
    """Check a token with the broker. Raises CliError `bad_token`, and what the broker says."""
    token = read_token(text)
    return SignedIn(token, described(profile(Api(api_url, token))), "paste")


def read_token(text: str) -> str:
    """The token in what somebody typed or pasted. Raises CliError `bad_token`."""
    token = text.strip()
    whole = token.isascii() and token.isprintable() and " " not in token
    if not token or not whole or len(token) > MAX_TOKEN_CHARS:
        raise CliError(
            "bad_token",
            "That is not a token.",
            "Copy it whole, on one line.",
            ExitCode.BAD_ARGUMENTS,
        )
    return token


def profile(api: Api) -> User:
    """The account of the API's token. Raises CliError."""
    return api.get("/api/my/profile", User)


def described(user: User) -> dict[str, Any]:
    """The keys of `auth.json` and of every JSON that names the account."""
    return {"id": user.id, "display_name": user.display_name, "email": user.email}
