"""login, register, logout, whoami: the account of this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.login.account import SignedIn

_URL = click.option("--url", metavar="URL", help="Address of the broker.")
_BROWSER = click.option(
    "--browser/--no-browser", "may_open", default=True, help="Open a browser if there is one."
)
_QR = click.option("--qr/--no-qr", "may_draw", default=True, help="Show the page as a QR code.")


@click.command()
@click.option("--token", metavar="TOKEN", help="Your token; - reads it from standard input.")
@_URL
@_BROWSER
@_QR
@common_options
@pass_output
def login(
    output: Output, token: str | None, url: str | None, may_open: bool, may_draw: bool
) -> None:
    """Sign this machine in to your account, by a browser or with a token."""
    from claudemesh_cli.login.account import MAX_TOKEN_CHARS, by_token, read_token

    if token is None:
        _by_browser(output, url, may_open=may_open, may_draw=may_draw)
        return
    text = read_token(sys.stdin.readline(MAX_TOKEN_CHARS) if token == "-" else token)
    api_url = _broker(output, url)
    _finish(output, api_url, by_token(api_url, text))


@click.command()
@_URL
@_BROWSER
@_QR
@common_options
@pass_output
def register(output: Output, url: str | None, may_open: bool, may_draw: bool) -> None:
    """Make an account in a browser, and sign this machine in to it."""
    _by_browser(output, url, may_open=may_open, may_draw=may_draw, sign_up=True)


def _by_browser(
    output: Output, url: str | None, *, may_open: bool, may_draw: bool, sign_up: bool = False
) -> None:
    from claudemesh_cli import addresses
    from claudemesh_cli.api import Api
    from claudemesh_cli.login.attempt import begin
    from claudemesh_cli.login.race import wait_for_either
    from claudemesh_cli.login.screen import Screen

    api_url = _broker(output, url)
    try:
        attempt = begin(Api(api_url), sign_up=sign_up)
    except CliError as error:
        if error.code == "network" and url is None and not addresses.is_chosen():
            error.hint = "Say where your broker is: claudemesh login --url https://…"
        raise
    screen = Screen(output, may_open=may_open, may_draw=may_draw)
    screen.show(attempt, paste=output.can_ask)
    _finish(output, api_url, wait_for_either(attempt, screen, paste=output.can_ask))


def _broker(output: Output, url: str | None) -> str:
    from claudemesh_cli import addresses

    api_url = addresses.api_url(url)
    if not addresses.is_private(api_url):
        output.warn(f"Warning: {api_url} is not encrypted; your token can be read on the way.")
    return api_url


def _finish(output: Output, api_url: str, signed_in: SignedIn) -> None:
    from claudemesh_cli.commands.sync import failures
    from claudemesh_cli.login.keeping import keep

    kept = keep(api_url, signed_in)

    def render(console: Console) -> None:
        console.print(f"Signed in to {api_url} as {_person(signed_in.user)}.")

    known = [entry.slug for entry in kept.outcome.known]
    failed = failures(kept.outcome)
    output.data(
        {"user": signed_in.user, "api_url": api_url, "known": known, "failed": failed}, render
    )
    for warning in kept.warnings:
        output.warn(f"Warning: {warning}")
    for each in failed:
        output.warn(f"Warning: {each['slug']}: {each['message']}")
    if kept.outcome.elsewhere:
        slugs = ", ".join(mesh.slug for mesh in kept.outcome.elsewhere)
        output.note(f"On your account, but not on this machine: {slugs}. Run: claudemesh sync")


def _person(user: dict[str, Any]) -> str:
    name, email = str(user.get("display_name", "")), str(user.get("email", ""))
    return clean(f"{name} <{email}>" if name else email, one_line=True)


@click.command()
@common_options
@pass_output
def logout(output: Output) -> None:
    """Sign this machine out and end its token."""
    from claudemesh_cli import auth
    from claudemesh_cli.login.keeping import end

    stored = auth.load()
    ended, already = False, False
    if stored is not None:
        try:
            already = not end(stored)
            ended = True
        except CliError as error:
            output.warn(f"The broker was not told, so the token stays valid: {error.message}")
        auth.forget()

    def render(console: Console) -> None:
        if already:
            console.print("Signed out. The token had been ended before.")
        else:
            console.print("Signed out." if stored else "You were not signed in.")

    output.data(
        {"signed_out": stored is not None, "token_ended": ended, "already_ended": already}, render
    )


@click.command()
@common_options
@pass_output
def whoami(output: Output) -> int:
    """Show your account and your key on each mesh."""
    from claudemesh_cli import auth, config
    from claudemesh_cli.login.keeping import check

    before, meshes = auth.load(), config.load().meshes
    checked = False
    if before is not None:
        try:
            with output.progress("Asking the broker…"):
                checked = check(before)
        except CliError as error:
            output.warn(f"Not checked with the broker: {error.message}")
    stored = auth.load()

    def render(console: Console) -> None:
        if stored:
            console.print(f"{_person(stored.user)} on {stored.api_url}")
        elif before:
            console.print(f"Signed out: the token is not valid any more. {auth.SIGN_IN}")
        else:
            console.print(f"Not signed in. {auth.SIGN_IN}")
        for mesh in meshes:
            console.print(f"  {clean(mesh.slug, one_line=True)}  {mesh.pubkey}")

    result = {
        "signed_in": stored is not None,
        "checked": checked,
        "user": stored.user if stored else None,
        "api_url": stored.api_url if stored else None,
        "meshes": [
            {"slug": mesh.slug, "member_id": mesh.member_id, "pubkey": mesh.pubkey}
            for mesh in meshes
        ],
    }
    output.data(result, render)
    return ExitCode.OK if stored else ExitCode.NOT_SIGNED_IN
