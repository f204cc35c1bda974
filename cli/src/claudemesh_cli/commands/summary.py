"""summary: say in a line what one is doing."""

import rich_click as click

from claudemesh_cli.commands.presence import act_and_say, show_own
from claudemesh_cli.output import Output, common_options, pass_output


@click.command()
@click.argument("text", nargs=-1)
@click.option("--clear", is_flag=True, help="Say nothing any more.")
@common_options
@pass_output
def summary(output: Output, text: tuple[str, ...], clear: bool) -> None:
    """Show what you said you are doing, or say it."""
    if not text and not clear:
        show_own(
            output, lambda peer: {"summary": peer.summary}, lambda peer: peer.summary or "(none)"
        )
        return
    from claudemesh_wire.client import SetSummary
    from claudemesh_wire.fields import MAX_SUMMARY_CHARS

    line = "" if clear else " ".join(text)
    if len(line) > MAX_SUMMARY_CHARS:
        raise click.BadParameter(f"a summary has at most {MAX_SUMMARY_CHARS} characters.")
    said = f"Others see: {line}" if line else "Your summary is empty now."
    act_and_say(output, [SetSummary(summary=line)], {"summary": line or None}, said)
