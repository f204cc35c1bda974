"""The root of the command line: finds commands, prints errors once, returns the exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click

from claudemesh_cli.command_table import SECTIONS
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.lazy import LazyGroup
from claudemesh_cli.output import Output, common_options, pass_output

_WELCOME = """\
claudemesh: end-to-end encrypted messages between coding-agent sessions.

  claudemesh login            sign in (register: make an account first), then
  claudemesh create <name>    make a mesh, or
  claudemesh join <link>      join one you were invited to
  claudemesh --help           everything else"""


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="claudemesh-cli", message="claudemesh %(version)s")
@common_options
@click.pass_context
@pass_output
def cli(output: Output, ctx: click.Context) -> None:
    """End-to-end encrypted messages between coding-agent sessions.

    With an invitation link instead of a command: joins that mesh.
    """
    if ctx.invoked_subcommand is None:
        from claudemesh_cli import config

        print(ctx.get_help() if config.load().meshes else _WELCOME)


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Every error is printed here, once."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    output = Output()
    try:
        code = _run(arguments, output)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone (`claudemesh list | head -1`); nothing left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FAILED
    return int(code)


def _run(arguments: Sequence[str], output: Output) -> int:
    try:
        result: Any = cli.main(
            list(arguments), prog_name="claudemesh", standalone_mode=False, obj=output
        )
        return result if isinstance(result, int) else ExitCode.OK
    except Exception as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _fail(error, arguments, output)
    except KeyboardInterrupt as error:
        return _fail(error, arguments, output)


def _fail(error: BaseException, arguments: Sequence[str], output: Output) -> int:
    failure = _as_cli_error(error)
    if output.json or "--json" in arguments:
        body = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        output.json_line({"error": body})
    else:
        output.warn(f"Error: {failure.message}")
        if failure.hint:
            output.warn(f"  {failure.hint}")
    if output.debug or "--debug" in arguments:
        import traceback

        traceback.print_exception(error)
    return failure.exit_code


def _as_cli_error(error: BaseException) -> CliError:
    if isinstance(error, CliError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return CliError("cancelled", "Cancelled.")
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "claudemesh"
        hint = f"Run: {command} --help"
        return CliError("bad_arguments", error.format_message(), hint, ExitCode.BAD_ARGUMENTS)
    if isinstance(error, click.ClickException):
        return CliError("failed", error.format_message())
    return CliError(
        "internal",
        f"claudemesh made a mistake: {type(error).__name__}: {error}",
        "Repeat it with --debug and report what it prints.",
        ExitCode.INTERNAL,
    )
