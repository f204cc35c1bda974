"""sync: the meshes of the account on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.commands.mesh import described
from claudemesh_cli.errors import ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.syncing import Outcome


@click.command()
@common_options
@pass_output
def sync(output: Output) -> int:
    """Bring the meshes of your account onto this machine."""
    from claudemesh_cli import auth
    from claudemesh_cli.account_meshes import account_api
    from claudemesh_cli.syncing import sync as bring

    token = auth.require().session_token
    with output.progress("Asking the broker…"):
        outcome = bring(account_api(), token, add=True)

    def render(console: Console) -> None:
        for entry in outcome.added:
            console.print(f"You are on {clean(entry.name, one_line=True)} ({entry.slug}) here now.")
        if outcome.known:
            slugs = ", ".join(clean(entry.slug, one_line=True) for entry in outcome.known)
            console.print(f"On this machine already: {slugs}.")
        if not (outcome.added or outcome.known or outcome.failed):
            console.print("Your account is on no mesh yet. Run: claudemesh create <name>")

    failed = failures(outcome)
    result = {
        "added": [described(entry) for entry in outcome.added],
        "known": [described(entry) for entry in outcome.known],
        "failed": failed,
    }
    output.data(result, render)
    for each in failed:
        output.warn(f"{each['slug']}: {each['message']}")
    return ExitCode.FAILED if failed else ExitCode.OK


def failures(outcome: Outcome) -> list[dict[str, Any]]:
    """The meshes that a sync left as they were, as JSON."""
    return [
        {"slug": mesh.slug, "mesh_id": mesh.id, "code": error.code, "message": error.message}
        for mesh, error in outcome.failed
    ]
