"""disconnect and kick: end sessions now; what they may do next is the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.durations import Duration
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.broker import DisconnectAck, KickAck


@dataclass(frozen=True)
class _Way:
    """One of the two commands: its words, and what the people meant can do afterwards."""

    imperative: str
    done: str
    afterwards: str


_DISCONNECT = _Way("Disconnect", "Disconnected", "They will auto-reconnect within seconds.")
_KICK = _Way("Kick", "Kicked", "They can rejoin anytime by running claudemesh.")

_peer = click.argument("peer", required=False)
_stale = click.option(
    "--stale",
    "stale_s",
    type=Duration(),
    metavar="TIME",
    help="Everybody who has been silent for longer: 30m, 12h.",
)
_all = click.option("--all", "everybody", is_flag=True, help="Everybody but you.")


@click.command()
@_peer
@_stale
@_all
@common_options
@pass_output
def disconnect(output: Output, peer: str | None, stale_s: int | None, everybody: bool) -> None:
    """Close the connections of a peer; they come back by themselves.

    For the owner and admins of the mesh.
    """
    from claudemesh_wire.broker import DisconnectAck
    from claudemesh_wire.client import Disconnect

    from claudemesh_cli.commands.request import ask

    mesh, fields = _meant(output, _DISCONNECT, peer, stale_s, everybody)
    entry, ack = ask(output, Disconnect(**fields), DisconnectAck, mesh)
    _say(output, _DISCONNECT, entry.slug, ack)


@click.command()
@_peer
@_stale
@_all
@common_options
@pass_output
def kick(output: Output, peer: str | None, stale_s: int | None, everybody: bool) -> None:
    """End the sessions of a peer; they stay away until their people start new ones.

    For the owner and admins of the mesh.
    """
    from claudemesh_wire.broker import KickAck
    from claudemesh_wire.client import Kick

    from claudemesh_cli.commands.request import ask

    mesh, fields = _meant(output, _KICK, peer, stale_s, everybody)
    entry, ack = ask(output, Kick(**fields), KickAck, mesh)
    _say(output, _KICK, entry.slug, ack)


def _meant(
    output: Output, way: _Way, peer: str | None, stale_s: int | None, everybody: bool
) -> tuple[str | None, dict[str, Any]]:
    """The mesh (None: the one `--mesh` says) and the request's fields; asks before `--all`."""
    if [peer is not None, stale_s is not None, everybody].count(True) != 1:
        raise CliError(
            "bad_arguments",
            f"{way.imperative} whom? Name one peer, or say --stale or --all.",
            "See who is there: claudemesh peers",
            ExitCode.BAD_ARGUMENTS,
        )
    if peer is not None:
        from claudemesh_cli.commands.request import mesh_and_name

        mesh, name = mesh_and_name(output, peer)
        return mesh, {"target": name}
    if stale_s is not None:
        return None, {"stale": stale_s * 1000}
    from claudemesh_cli import config

    slug = config.load().pick(output.mesh).slug
    output.confirm(f"{way.imperative} everybody but you on {slug}?")
    return None, {"all": True}


def _say(output: Output, way: _Way, slug: str, ack: DisconnectAck | KickAck) -> None:
    def sentence() -> str:
        if not ack.affected:
            return "That is nobody just now."
        names = ", ".join(clean(name, one_line=True) for name in ack.affected)
        return f"{way.done} {names}. {way.afterwards}"

    affected = {"mesh": slug, "affected": list(ack.affected)}
    output.data(affected, lambda console: console.print(sentence()))
