"""peers: who is on the mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.output import Output, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.broker import PeersList
    from rich.console import Console

    from claudemesh_cli.session.desk import Desk


@click.command()
@common_options
@pass_output
def peers(output: Output) -> None:
    """Show who is on the mesh, what they do and for how long they have been silent."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.identity import launched_session_id
    from claudemesh_cli.views.peers import peers_json, print_peers

    everything = config.load()
    entry = everything.pick(output.mesh)
    with (
        open_desk(everything, entry, output.note, output.warn) as desk,
        output.progress("Asking the broker…"),
    ):
        found = asyncio.run(_ask(desk))
    rows = peers_json(found.peers, me=entry.pubkey, session_id=launched_session_id())

    def render(console: Console) -> None:
        print_peers(console, rows)

    output.data({"mesh": entry.slug, "stale": bool(found.stale), "peers": rows}, render)
    if found.stale:
        output.note("The broker could not look it up just now; this may be out of date.")


async def _ask(desk: Desk) -> PeersList:
    from claudemesh_wire.broker import PeersList
    from claudemesh_wire.client import ListPeers

    from claudemesh_cli.session.brief import brief_session

    async with brief_session(desk) as connection:
        return await connection.request(ListPeers(), PeersList)
