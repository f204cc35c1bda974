"""login, logout, whoami: the account of this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

MAX_TOKEN_CHARS = 8192


@click.command()
@click.option("--token", metavar="TOKEN", help="Your token; - reads it from standard input.")
@click.option("--url", metavar="URL", help="Address of the broker.")
@common_options
@pass_output
def login(output: Output, token: str | None, url: str | None) -> None:
    """Sign this machine in to your account."""
    import msgspec

    from claudemesh_cli import addresses, auth
    from claudemesh_cli.api import Api

    class Profile(msgspec.Struct):
        id: str | int
        display_name: str
        email: str

    token, api_url = _read_token(token), addresses.api_url(url)
    if not addresses.is_private(api_url):
        output.warn(f"Warning: {api_url} is not encrypted; your token can be read on the way.")
    profile = Api(api_url, token).get("/api/my/profile", Profile)
    user = {"id": profile.id, "display_name": profile.display_name, "email": profile.email}
    auth.save(token, user, source="paste", api_url=api_url)

    def render(console: Console) -> None:
        console.print(f"Signed in to {api_url} as {_person(user)}.")

    output.data({"user": user, "api_url": api_url}, render)


def _read_token(named: str | None) -> str:
    if named is None:
        raise CliError(
            "needs_token",
            "Signing in needs a token.",
            "Ask whoever runs the broker for one (manage.py issue_token <your email>), "
            "then run: claudemesh login --token -",
            ExitCode.BAD_ARGUMENTS,
        )
    token = (sys.stdin.readline(MAX_TOKEN_CHARS) if named == "-" else named).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CliError(
            "bad_token",
            "That is not a token.",
            "Copy it whole, on one line.",
            ExitCode.BAD_ARGUMENTS,
        )
    return token


def _person(user: dict[str, Any]) -> str:
    name, email = str(user.get("display_name", "")), str(user.get("email", ""))
    return clean(f"{name} <{email}>" if name else email, one_line=True)


@click.command()
@common_options
@pass_output
def logout(output: Output) -> None:
    """Sign this machine out and end its token."""
    from claudemesh_cli import addresses, auth
    from claudemesh_cli.api import Api

    stored = auth.load()
    ended = False
    if stored is not None:
        api = Api(stored.api_url or addresses.api_url())
        try:
            body = {"token": stored.session_token}
            api.request("POST", "/cli/session/revoke", dict[str, Any], body)
            ended = True
        except CliError as error:
            output.warn(f"The broker was not told, so the token stays valid: {error.message}")
        auth.forget()

    def render(console: Console) -> None:
        console.print("Signed out." if stored else "You were not signed in.")

    output.data({"signed_out": stored is not None, "token_ended": ended}, render)


@click.command()
@common_options
@pass_output
def whoami(output: Output) -> int:
    """Show your account and your key on each mesh."""
    from claudemesh_cli import auth, config

    stored, meshes = auth.load(), config.load().meshes
    keys = [
        {"slug": mesh.slug, "member_id": mesh.member_id, "pubkey": mesh.pubkey} for mesh in meshes
    ]

    def render(console: Console) -> None:
        if stored:
            console.print(f"{_person(stored.user)} on {stored.api_url}")
        else:
            console.print(f"Not signed in. {auth.SIGN_IN}")
        for mesh in meshes:
            console.print(f"  {clean(mesh.slug, one_line=True)}  {mesh.pubkey}")

    result = {
        "signed_in": stored is not None,
        "user": stored.user if stored else None,
        "api_url": stored.api_url if stored else None,
        "meshes": keys,
    }
    output.data(result, render)
    return ExitCode.OK if stored else ExitCode.NOT_SIGNED_IN
