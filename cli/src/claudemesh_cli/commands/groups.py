"""groups: list, join and leave groups."""

from __future__ import annotations

import re

import rich_click as click

from claudemesh_cli.commands.presence import act_and_say, show_own
from claudemesh_cli.output import Output, common_options, pass_output

#: As the wire has it: `@web`, `web/api`.
_NAME = re.compile(r"[^\s@/*,][^\s@*,]*")
_MAX_NAME = 128


def _group_name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    name = value.removeprefix("@")
    if _NAME.fullmatch(name) is None or len(name) > _MAX_NAME:
        raise click.BadParameter("a group is called like @web or @web/api, without spaces.")
    return name


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
@pass_output
def groups(output: Output, ctx: click.Context) -> None:
    """Show the groups you are in, or join or leave one."""
    if ctx.invoked_subcommand is None:
        _show(output)


@groups.command("list")
@common_options
@pass_output
def list_(output: Output) -> None:
    """Show the groups you are in."""
    _show(output)


def _show(output: Output) -> None:
    from claudemesh_cli.views.peers import group_names

    show_own(
        output,
        lambda peer: {"groups": [{"name": each.name, "role": each.role} for each in peer.groups]},
        lambda peer: group_names(peer.groups) or "(no groups)",
    )


@groups.command()
@click.argument("name", callback=_group_name)
@click.option("--role", help="What you do there, in a word or two.")
@common_options
@pass_output
def join(output: Output, name: str, role: str | None) -> None:
    """Join a group, or change your role in it."""
    from claudemesh_wire.client import JoinGroup

    act_and_say(
        output,
        [JoinGroup(name=name, role=role)],
        {"joined": name, "role": role},
        f"You are in @{name}.",
    )


@groups.command()
@click.argument("name", callback=_group_name)
@common_options
@pass_output
def leave(output: Output, name: str) -> None:
    """Leave a group."""
    from claudemesh_wire.client import LeaveGroup

    act_and_say(output, [LeaveGroup(name=name)], {"left": name}, f"You left @{name}.")
