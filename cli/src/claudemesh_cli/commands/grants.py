"""grant, revoke, block, unblock, grants: what others may do to you."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click
from claudemesh_wire.capabilities import GRANTS

from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.session.granting import Change, Granted

_EVERYTHING = "all"
_capabilities = click.argument(
    "capabilities",
    nargs=-1,
    required=True,
    metavar="WHAT...",
    type=click.Choice([*sorted(GRANTS), _EVERYTHING]),
)
_peer = click.argument("peer")


def _named(capabilities: tuple[str, ...]) -> frozenset[str]:
    return GRANTS if _EVERYTHING in capabilities else frozenset(capabilities)


@click.command()
@_peer
@_capabilities
@common_options
@pass_output
def grant(output: Output, peer: str, capabilities: tuple[str, ...]) -> None:
    """Let a member do more: read, dm, broadcast, state-read, state-write, file-read, or all."""
    added = _named(capabilities)
    _change(output, peer, lambda now: now.effective | added, widens=True)


@click.command()
@_peer
@_capabilities
@common_options
@pass_output
def revoke(output: Output, peer: str, capabilities: tuple[str, ...]) -> None:
    """Let a member do less: read, dm, broadcast, state-read, state-write, file-read, or all."""
    taken = _named(capabilities)
    _change(output, peer, lambda now: now.effective - taken)


@click.command()
@_peer
@common_options
@pass_output
def block(output: Output, peer: str) -> None:
    """Let a member do nothing to you; what it writes to you is refused."""
    _change(output, peer, lambda _: frozenset())


@click.command()
@_peer
@common_options
@pass_output
def unblock(output: Output, peer: str) -> None:
    """Give a blocked member the defaults again; others keep what they have."""
    _change(output, peer, lambda now: None if now.blocked else now.caps, widens=True)


def _change(output: Output, peer: str, change: Change, *, widens: bool = False) -> None:
    from claudemesh_cli.commands.request import mesh_and_name, run_at_desk
    from claudemesh_cli.session.granting import change_grants

    mesh, name = mesh_and_name(output, peer)
    entry, granted = run_at_desk(
        output, lambda desk: change_grants(desk, name, change, widens=widens), mesh
    )
    line = f"{_name(granted)} {_may(granted)}."
    output.data({"mesh": entry.slug, **_described(granted)}, lambda console: console.print(line))


@click.command()
@common_options
@pass_output
def grants(output: Output) -> None:
    """Show whom you let do other things than the defaults."""
    from claudemesh_cli.commands.request import run_at_desk
    from claudemesh_cli.session.granting import WITHOUT_ENTRY, all_grants
    from claudemesh_cli.views.tables import print_table

    entry, found = run_at_desk(output, all_grants)

    def render(console: Console) -> None:
        if found:
            rows = [(_name(each), each.member_key[:16], _caps(each)) for each in found]
            print_table(console, ("NAME", "KEY", "MAY"), rows)
        console.print(f"Everybody{' else' if found else ''}: {', '.join(sorted(WITHOUT_ENTRY))}.")

    document = {
        "mesh": entry.slug,
        "defaults": sorted(WITHOUT_ENTRY),
        "grants": [_described(each) for each in found],
    }
    output.data(document, render)


def _described(granted: Granted) -> dict[str, Any]:
    return {
        "name": granted.name,
        "member_key": granted.member_key,
        "grants": sorted(granted.effective),
        "blocked": granted.blocked,
        "default": granted.caps is None,
    }


def _name(granted: Granted) -> str:
    return clean(granted.name or granted.member_key[:16], one_line=True)


def _caps(granted: Granted) -> str:
    return "nothing (blocked)" if granted.blocked else ", ".join(sorted(granted.effective))


def _may(granted: Granted) -> str:
    if granted.blocked:
        return "is blocked"
    return f"may: {_caps(granted)}{' (the defaults)' if granted.caps is None else ''}"
