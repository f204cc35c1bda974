"""state: values that the whole mesh shares."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

_MAX_KEY = 256


def _key(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not 1 <= len(value) <= _MAX_KEY:
        raise click.BadParameter(f"a key has 1 to {_MAX_KEY} characters.")
    return value


_key_argument = click.argument("key", callback=_key)


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
@pass_output
def state(output: Output, ctx: click.Context) -> None:
    """List the values that the mesh shares, or get or set one. The broker can read them."""
    if ctx.invoked_subcommand is None:
        _list(output)


@state.command()
@_key_argument
@common_options
@pass_output
def get(output: Output, key: str) -> None:
    """Print one value: text as it is, everything else as JSON."""
    from claudemesh_wire.broker import StateResult
    from claudemesh_wire.client import GetState

    from claudemesh_cli.commands.request import ask

    entry, found = ask(output, GetState(key=key), StateResult)
    if found.key is None:
        raise CliError(
            "not_found",
            f"Nothing is set under {key!r}.",
            "See what there is: claudemesh state list",
            ExitCode.NOT_FOUND,
        )
    document = {
        "mesh": entry.slug,
        "key": found.key,
        "value": found.value,
        "updated_by": found.updated_by,
        "updated_at": found.updated_at,
    }
    output.data(document, lambda console: console.print(_shown(found.value)))


@state.command("set")
@_key_argument
@click.argument("value")
@click.option("--text", "as_text", is_flag=True, help="Take the value as text, whatever it is.")
@common_options
@pass_output
def set_(output: Output, key: str, value: str, as_text: bool) -> None:
    """Set a value for the whole mesh: JSON if it is JSON, else text. null removes it.

    VALUE "-" reads it from stdin.
    """
    from claudemesh_wire.broker import Ok
    from claudemesh_wire.client import SetState

    from claudemesh_cli.commands.request import ask

    text = _stdin() if value == "-" else value
    wanted = text if as_text else _parsed(text)
    entry, _ = ask(output, SetState(key=key, value=wanted), Ok)
    sentence = f"{clean(key, one_line=True)} is {'removed' if wanted is None else 'set'}."
    document = {"mesh": entry.slug, "key": key, "value": wanted}
    output.data(document, lambda console: console.print(sentence))


@state.command("list")
@common_options
@pass_output
def list_(output: Output) -> None:
    """List all keys with their values, and who set them when."""
    _list(output)


def _list(output: Output) -> None:
    from claudemesh_wire.broker import StateList
    from claudemesh_wire.client import ListState

    from claudemesh_cli.commands.request import ask
    from claudemesh_cli.views.ages import clock
    from claudemesh_cli.views.tables import print_table

    entry, found = ask(output, ListState(), StateList)
    rows = [
        {
            "key": row.key,
            "value": row.value,
            "updated_by": row.updated_by,
            "updated_at": row.updated_at,
        }
        for row in found.entries
    ]

    def render(console: Console) -> None:
        if not rows:
            console.print("Nothing is set.")
            return
        cells = [
            (row["key"], _shown(row["value"]), row["updated_by"], clock(str(row["updated_at"])))
            for row in rows
        ]
        print_table(console, ("KEY", "VALUE", "BY", "SINCE"), cells)

    output.data({"mesh": entry.slug, "entries": rows}, render)


def _shown(value: Any) -> str:
    """Text as it is, made harmless; everything else as JSON."""
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _parsed(text: str) -> Any:
    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):  # NaN and Infinity are no JSON either
        return text


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode().rstrip("\n")
    except UnicodeDecodeError:
        raise CliError(
            "bad_text", "What stdin gives is not UTF-8 text.", exit_code=ExitCode.BAD_ARGUMENTS
        ) from None
