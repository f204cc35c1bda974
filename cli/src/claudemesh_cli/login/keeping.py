"""What a sign-in leaves on this machine: the token kept, its keys proven, an older token ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from claudemesh_cli import addresses, auth, config
from claudemesh_cli.api import Api
from claudemesh_cli.auth import Auth
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.login.account import SignedIn, described, profile
from claudemesh_cli.syncing import Outcome, sync


@dataclass
class Kept:
    """What became of the keys of this machine; `warnings` are sentences."""

    outcome: Outcome = field(default_factory=Outcome)
    warnings: list[str] = field(default_factory=list)


def keep(api_url: str, signed_in: SignedIn) -> Kept:
    """Store a token, then prove with it the keys that are here. Raises CliError for the first.

    A machine that its owner signed out may act on its meshes again by that proof.
    """
    before = auth.load()
    auth.save(signed_in.token, signed_in.user, source=signed_in.source, api_url=api_url)
    kept = Kept()
    try:
        kept.outcome = sync(Api(api_url, signed_in.token), signed_in.token, add=False)
    except CliError as error:
        if config.load().meshes:
            kept.warnings.append(f"The keys of this machine could not be proven: {error.message}")
    if before is not None and _is_replaced(before, api_url, signed_in):
        try:
            end(before)
        except CliError as error:
            kept.warnings.append(f"The earlier token stays valid: {error.message}")
    return kept


def _is_replaced(before: Auth, api_url: str, signed_in: SignedIn) -> bool:
    """True for an older token that was made for this machine alone; a pasted one may be shared."""
    own = before.token_source == "device" and before.api_url == api_url
    return own and before.session_token != signed_in.token


def end(stored: Auth) -> bool:
    """End a token at its broker; False if it was ended before. Raises CliError."""
    api = Api(stored.api_url or addresses.api_url())
    body = {"token": stored.session_token}
    reply = api.request("POST", "/cli/session/revoke", dict[str, Any], body)
    return reply.get("found") is not False


def check(stored: Auth) -> bool:
    """Ask the broker whose token it is; what it says is kept, also that it is nobody's any more.

    Raises CliError if the broker cannot be asked.
    """
    try:
        user = described(profile(Api(stored.api_url or addresses.api_url(), stored.session_token)))
    except CliError as error:
        if error.exit_code is not ExitCode.NOT_SIGNED_IN:
            raise
        return True
    if user != stored.user:
        auth.write(replace(stored, user=user))
    return True
