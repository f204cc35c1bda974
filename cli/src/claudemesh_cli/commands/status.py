"""status: show or set whether one may be disturbed."""

from typing import Any

import rich_click as click

from claudemesh_cli.commands.presence import act_and_say, show_own
from claudemesh_cli.output import Output, common_options, pass_output


@click.command()
@click.argument("status", type=click.Choice(["idle", "working", "dnd"]), required=False)
@common_options
@pass_output
def status(output: Output, status: Any) -> None:
    """Show your status, or set it: idle, working, or dnd (do not disturb)."""
    if status is None:
        show_own(
            output,
            lambda peer: {"status": peer.status, "source": peer.status_source},
            lambda peer: peer.status,
        )
        return
    from claudemesh_wire.client import SetStatus

    act_and_say(output, [SetStatus(status=status)], {"status": status}, f"Your status is {status}.")
