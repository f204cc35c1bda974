"""doctor and completions: is this machine set up well."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.errors import ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.option("--fix", is_flag=True, help="Make the files private if they are not.")
@common_options
@pass_output
def doctor(output: Output, fix: bool) -> int:
    """Check files, account, broker, clock and keys."""
    from claudemesh_cli import checkup

    with output.progress("Looking…"):
        findings = list(checkup.examine(fix=fix))
    healthy = all(finding.ok for finding in findings)

    def render(console: Console) -> None:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            said = clean(f"{finding.name}: {finding.message}", one_line=True)
            console.print(f"{mark}  {said}")
            if finding.hint and not finding.ok:
                console.print(f"      {finding.hint}")

    checks = [dataclasses.asdict(finding) for finding in findings]
    output.data({"ok": healthy, "checks": checks}, render)
    return ExitCode.OK if healthy else ExitCode.FAILED


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
@pass_output
def completions(output: Output, shell: str) -> None:
    """Print the completion script of a shell, to be put into its startup file."""
    from click.shell_completion import get_completion_class

    from claudemesh_cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(cli, {}, "claudemesh", "_CLAUDEMESH_COMPLETE").source()
    output.data({"shell": shell, "script": script}, lambda console: console.print(script))
