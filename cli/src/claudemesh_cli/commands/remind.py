"""remind: messages that the broker sends later, once or again and again."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.durations import Duration
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.moments import At
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.fields import ScheduledMessage
    from rich.console import Console

_MAX_TEXT = 32_768


class _Remind(click.RichGroup):
    """Takes what is neither `list` nor `cancel` for the text of a reminder."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        if args and args[0] not in ("-h", "--help") and words[:1] not in self._verbs():
            args = ["me", *args]
        return super().parse_args(ctx, args)

    def _verbs(self) -> list[list[str]]:
        return [[name] for name in self.commands]


@click.group(cls=_Remind, no_args_is_help=True)
@common_options
def remind() -> None:
    """Have a reminder sent later, list what is planned, or cancel it.

    `claudemesh remind <text> --in 2h | --at 15:30 | --cron "0 9 * * 1-5" [--to PEER]`.
    The broker can read reminders: no secrets.
    """


@remind.command(hidden=True)
@click.argument("text", nargs=-1, required=True)
@click.option("--in", "in_s", type=Duration(), metavar="TIME", help="30m, 12h, 7d, 2w from now.")
@click.option("--at", type=At(), metavar="TIME", help="15:30 or 2030-01-31T15:30, your time.")
@click.option("--cron", help="Again and again: minute hour day month weekday, in UTC.")
@click.option("--to", help="A peer, @group or *; you, if not said.")
@common_options
@pass_output
def me(
    output: Output,
    text: tuple[str, ...],
    in_s: int | None,
    at: datetime | None,
    cron: str | None,
    to: str | None,
) -> None:
    """Plan a reminder."""
    from claudemesh_wire.broker import ScheduledAck
    from claudemesh_wire.client import Schedule

    from claudemesh_cli import config
    from claudemesh_cli.commands.request import ask, mesh_and_name

    message = " ".join(text)
    if not message.strip() or len(message) > _MAX_TEXT:
        raise click.BadParameter(f"a reminder has 1 to {_MAX_TEXT} characters.")
    due = _due(in_s, at, cron)
    mesh, name = mesh_and_name(output, to) if to is not None else (None, "")
    me_key = config.load().pick(mesh or output.mesh).pubkey
    request = Schedule(to=name or me_key, message=message, **due)
    entry, ack = ask(output, request, ScheduledAck, mesh)
    document = {
        "mesh": entry.slug,
        "id": ack.scheduled_id,
        "to": name or me_key,
        "deliver_at": _iso(ack.deliver_at),
        "cron": ack.cron,
        "time_zone": (ack.time_zone or "UTC") if ack.cron else None,
    }
    who = clean(name, one_line=True) or "you"
    sentence = f"Reminds {who} {_when(ack.deliver_at, ack.cron)}. (id {clean(ack.scheduled_id)})"
    output.data(document, lambda console: console.print(sentence))


def _due(in_s: int | None, at: datetime | None, cron: str | None) -> dict[str, Any]:
    """The fields of `schedule` that say when."""
    if [in_s is None, at is None, cron is None].count(False) != 1:
        raise CliError(
            "bad_arguments",
            "Say when: one of --in, --at and --cron.",
            'For example: claudemesh remind "stand up" --in 30m',
            ExitCode.BAD_ARGUMENTS,
        )
    if cron is not None:
        return {"cron": cron, "recurring": True}
    seconds = at.timestamp() if at is not None else time.time() + (in_s or 0)
    return {"deliver_at": int(seconds * 1000)}


@remind.command("list")
@common_options
@pass_output
def list_(output: Output) -> None:
    """List the reminders you planned."""
    from claudemesh_wire.broker import ScheduledList
    from claudemesh_wire.client import ListScheduled

    from claudemesh_cli.commands.request import ask
    from claudemesh_cli.views.tables import print_table

    entry, found = ask(output, ListScheduled(), ScheduledList)

    def render(console: Console) -> None:
        if not found.messages:
            console.print("No reminders.")
            return
        rows = [
            (row.id, _when(row.deliver_at, row.cron), _to(row.to, entry.pubkey), row.message)
            for row in found.messages
        ]
        print_table(console, ("ID", "WHEN", "TO", "TEXT"), rows)

    reminders = [_described(row) for row in found.messages]
    output.data({"mesh": entry.slug, "reminders": reminders}, render)


@remind.command()
@click.argument("id")
@common_options
@pass_output
def cancel(output: Output, id: str) -> None:
    """Cancel a reminder, by the id that `remind list` shows."""
    from claudemesh_wire.broker import CancelScheduledAck
    from claudemesh_wire.client import CancelScheduled

    from claudemesh_cli.commands.request import ask

    entry, ack = ask(output, CancelScheduled(scheduled_id=id), CancelScheduledAck)
    if not ack.ok:
        raise CliError(
            "not_found",
            f"You have no reminder {id!r}.",
            "See what is planned: claudemesh remind list",
            ExitCode.NOT_FOUND,
        )
    output.data({"mesh": entry.slug, "cancelled": id}, lambda console: console.print("Cancelled."))


def _described(row: ScheduledMessage) -> dict[str, Any]:
    return {
        "id": row.id,
        "to": row.to,
        "text": row.message,
        "deliver_at": _iso(row.deliver_at),
        "created_at": row.created_at,
        "cron": row.cron,
        "fired": row.fired_count or 0,
    }


def _to(to: str, me_key: str) -> str:
    return "you" if to == me_key else to[:16] if len(to) == 64 else to


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _when(milliseconds: int, cron: str | None) -> str:
    """`at 2030-01-31 15:30 CET`, in the zone of this computer; with the cron line if it repeats."""
    local = datetime.fromtimestamp(milliseconds / 1000, timezone.utc).astimezone()
    first = f"at {local.strftime('%Y-%m-%d %H:%M %Z')}"
    return f"{first} and by {clean(cron, one_line=True)} (UTC)" if cron else first
