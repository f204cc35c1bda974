"""ban, unban, bans: keep a member out, let it back, show who is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("peer")
@click.option("--reason", help="Why; owner and admins see it in `bans`.")
@common_options
@pass_output
def ban(output: Output, peer: str, reason: str | None) -> None:
    """Remove a member; its key opens nothing here until it is unbanned.

    For the owner and admins of the mesh.
    """
    from claudemesh_wire.broker import BanAck
    from claudemesh_wire.client import Ban
    from claudemesh_wire.fields import MAX_SUMMARY_CHARS

    from claudemesh_cli.commands.request import ask, mesh_and_name

    if reason is not None and len(reason) > MAX_SUMMARY_CHARS:
        raise click.BadParameter(f"a reason has at most {MAX_SUMMARY_CHARS} characters.")
    mesh, name = mesh_and_name(output, peer)
    entry, ack = ask(output, Ban(target=name, reason=reason), BanAck, mesh)
    who = clean(ack.banned, one_line=True)
    output.data(
        {"mesh": entry.slug, "banned": ack.banned, "reason": reason},
        lambda console: console.print(f"Banned {who}. They cannot connect until you unban them."),
    )


@click.command()
@click.argument("peer")
@common_options
@pass_output
def unban(output: Output, peer: str) -> None:
    """Let a banned member back, with the key it had."""
    from claudemesh_wire.broker import UnbanAck
    from claudemesh_wire.client import Unban

    from claudemesh_cli.commands.request import ask, mesh_and_name

    mesh, name = mesh_and_name(output, peer)
    entry, ack = ask(output, Unban(target=name), UnbanAck, mesh)
    who = clean(ack.unbanned, one_line=True)
    output.data(
        {"mesh": entry.slug, "unbanned": ack.unbanned},
        lambda console: console.print(f"{who} may come back, with the key they had."),
    )


@click.command()
@common_options
@pass_output
def bans(output: Output) -> None:
    """Show who is banned, since when, by whom and why."""
    from claudemesh_wire.broker import ListBansResult
    from claudemesh_wire.client import ListBans

    from claudemesh_cli.commands.request import ask
    from claudemesh_cli.views.ages import clock
    from claudemesh_cli.views.tables import print_table

    entry, found = ask(output, ListBans(), ListBansResult)

    def render(console: Console) -> None:
        if not found.bans:
            console.print("Nobody is banned.")
            return
        headings = ("NAME", "KEY", "SINCE", "BY", "WHY")
        rows = [
            (row.name, row.pubkey[:16], clock(row.revoked_at), row.banned_by, row.reason)
            for row in found.bans
        ]
        print_table(console, headings, rows)

    rows = [
        {
            "name": row.name,
            "member_key": row.pubkey,
            "banned_at": row.revoked_at,
            "banned_by": row.banned_by,
            "reason": row.reason or None,
        }
        for row in found.bans
    ]
    output.data({"mesh": entry.slug, "bans": rows}, render)
