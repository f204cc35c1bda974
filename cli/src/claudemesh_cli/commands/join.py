"""join: become a member by an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.commands.mesh import described
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("invitation", metavar="LINK|CODE")
@click.option("--name", "display_name", metavar="NAME", help="How others see you.")
@common_options
@pass_output
def join(output: Output, invitation: str, display_name: str | None) -> None:
    """Join a mesh by the link or code you were given."""
    from claudemesh_cli import joining

    with output.progress("Joining…"):
        entry = joining.join(invitation, display_name=display_name)

    def render(console: Console) -> None:
        console.print(f"You are on {clean(entry.name, one_line=True)} ({entry.slug}).")

    output.data({"mesh": described(entry)}, render)
    output.note(f"See who is there: claudemesh peers --mesh {entry.slug}")
