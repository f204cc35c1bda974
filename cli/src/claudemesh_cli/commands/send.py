"""send: one message to a peer, a group or everybody."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.session.sending import Sent


class _SendCommand(click.RichCommand):
    """Lets `--wait` stand alone: click would take the word after it for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        options = ["--wait=delivered" if word == "--wait" else word for word in args[:end]]
        return super().parse_args(ctx, options + args[end:])


def _finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter("give a number of seconds.")
    return value


@click.command(cls=_SendCommand)
@click.argument("to")
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--priority",
    type=click.Choice(["now", "next", "low"]),
    default="next",
    show_default=True,
    help="now: even while they work. low: any time.",
)
@click.option("--hold", is_flag=True, help="Keep it for a member who is not connected.")
@click.option(
    "--wait",
    metavar="[=delivered|read]",
    type=click.Choice(["delivered", "read"]),
    help="Wait until it is delivered (or read); exit code 10 if it is not.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=30.0,
    show_default=True,
    help="Seconds to wait with --wait.",
)
@common_options
@pass_output
def send(
    output: Output,
    to: str,
    text: tuple[str, ...],
    priority: Any,
    hold: bool,
    wait: Any,
    timeout_s: float,
) -> None:
    """Send a message to a peer, a @group or everybody (*).

    TEXT "-" reads it from stdin. Put -- before a text that begins with a dash.
    """
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.composing import Letter
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.names import split_mesh
    from claudemesh_cli.session.sending import send as send_letter

    letter = Letter(_text(text), priority, hold)
    everything = config.load()
    entry, name = split_mesh(everything, to, output.mesh)
    with (
        open_desk(everything, entry, output.note, output.warn) as desk,
        output.progress(f"Sending to {clean(name, one_line=True)}…"),
    ):
        sent = asyncio.run(send_letter(desk, name, letter, wait=wait, timeout_s=timeout_s))

    def render(console: Console) -> None:
        console.print(f"{_sentence(sent)} (id {sent.row.message_id or sent.row.id})")

    output.data(_described(sent, entry.slug), render)


def _text(words: tuple[str, ...]) -> str:
    text = " ".join(words)
    if text == "-":
        try:
            text = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError:
            raise CliError(
                "bad_text", "What stdin gives is not UTF-8 text.", exit_code=ExitCode.BAD_ARGUMENTS
            ) from None
    if not text.strip():
        raise CliError("bad_text", "There is no text.", exit_code=ExitCode.BAD_ARGUMENTS)
    return text


def _described(sent: Sent, mesh: str) -> dict[str, Any]:
    return {
        "id": sent.row.id,
        "message_id": sent.row.message_id,
        "mesh": mesh,
        "to": sent.target.name,
        "target": sent.row.target,
        "state": sent.reached or "stored",
        "recipients": sent.ack.recipients,
        "online": sent.ack.online,
        "duplicate": bool(sent.ack.duplicate),
    }


def _sentence(sent: Sent) -> str:
    name = clean(sent.target.name, one_line=True)
    if sent.reached is not None:
        return (
            f"{sent.reached.capitalize()} by {name}."
            if sent.reached == "read"
            else (f"Delivered to {name}.")
        )
    if sent.target.member is None and sent.ack.recipients is not None:
        return f"Sent to {name}: {sent.ack.recipients} recipients, {sent.ack.online} connected."
    if sent.ack.online == 0:
        return f"Held for {name} until they connect."
    return f"Sent to {name}."
