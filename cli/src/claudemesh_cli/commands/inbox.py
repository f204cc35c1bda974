"""inbox: fetch what waits and show it; what was shown before only with --all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.errors import CliError
from claudemesh_cli.output import Output, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.session.desk import Desk
    from claudemesh_cli.store.inbox import InboxEntry


@click.command()
@click.option("--watch", "watching", is_flag=True, help="Stay and show messages as they come.")
@click.option("--all", "everything", is_flag=True, help="Also what was shown before.")
@common_options
@pass_output
def inbox(output: Output, watching: bool, everything: bool) -> None:
    """Fetch messages that wait for you and show the new ones."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk

    loaded = config.load()
    entry = loaded.pick(output.mesh)
    with open_desk(loaded, entry, output.note, output.warn) as desk:
        if not watching:
            asyncio.run(_show(_Page(output, desk, everything)))
            return
    from claudemesh_cli.commands.listen import watch

    watch(output)


@dataclass(frozen=True)
class _Page:
    """One showing of the inbox."""

    output: Output
    desk: Desk
    everything: bool

    def show(self, *, offline: bool) -> list[InboxEntry]:
        """Print and mark as shown; returns what was shown for the first time."""
        store, mesh_id = self.desk.store, self.desk.entry.mesh_id
        new = store.inbox.unshown(mesh_id)
        entries = store.inbox.all(mesh_id) if self.everything else new
        self._print(entries, len(store.inbox.held(mesh_id)), offline)
        store.inbox.mark_shown([entry.seq for entry in new])
        return new

    def _print(self, entries: list[InboxEntry], held: int, offline: bool) -> None:
        from claudemesh_cli.views.messages import message_json, message_line

        def render(console: Console) -> None:
            for entry in entries:
                console.print(message_line(entry))
            if not entries:
                console.print("No messages." if self.everything else "No new messages.")
            console.file.flush()

        slug = self.desk.entry.slug
        messages = [message_json(entry, slug) for entry in entries]
        self.output.data(
            {"mesh": slug, "offline": offline, "held": held, "messages": messages}, render
        )
        if held and not self.everything:
            self.output.note(f"{held} messages are held back; see: claudemesh inbox --all")


async def _show(page: _Page) -> None:
    """Show after fetching; from the store alone if another process fetches, or none can."""
    from claudemesh_cli.session.draining import drained
    from claudemesh_cli.session.intake import tell_read
    from claudemesh_cli.session.sending import UNREACHABLE

    desk = page.desk
    if desk.store.sessions.is_listening(desk.entry.mesh_id):
        page.show(offline=False)
        return
    try:
        async with drained(desk) as connection:
            await tell_read(connection, page.show(offline=False))
    except CliError as error:
        if error.code not in UNREACHABLE:
            raise
        page.output.note(f"{error.message} This is what is stored here.")
        page.show(offline=True)
