"""visible: show or hide oneself."""

import rich_click as click

from claudemesh_cli.commands.presence import act_and_say, show_own
from claudemesh_cli.output import Output, common_options, pass_output


@click.command()
@click.argument("state", metavar="[on|off]", type=click.Choice(["on", "off"]), required=False)
@common_options
@pass_output
def visible(output: Output, state: str | None) -> None:
    """Show whether others see you come and go, or set it.

    While it is off you get no messages to everybody; direct ones still arrive.
    """
    if state is None:
        show_own(
            output,
            lambda peer: {"visible": peer.visible is not False},
            lambda peer: "hidden" if peer.visible is False else "visible",
        )
        return
    from claudemesh_wire.client import SetVisible

    shown = state == "on"
    act_and_say(
        output,
        [SetVisible(visible=shown)],
        {"visible": shown},
        "Others see you." if shown else "You are hidden.",
    )
