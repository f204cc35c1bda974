"""outbox: what was sent from here and what became of it; requeue and drop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.session.desk import Desk
    from claudemesh_cli.store.outbox import OutboxEntry
    from claudemesh_cli.store.store import Store


def described(row: OutboxEntry) -> dict[str, Any]:
    """A row of the outbox as JSON; no plaintext and no keys of ours."""
    return {
        "id": row.id,
        "message_id": row.message_id,
        "to": row.recipient,
        "target": row.target,
        "state": row.state,
        "error": row.error,
        "replaces": row.replaces,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }


def find_row(store: Store, id: str) -> OutboxEntry | None:
    """The row of that id, or whose id begins or ends so. Raises CliError `ambiguous`."""
    if re.fullmatch(r"[0-9A-Za-z-]{4,64}", id) is None:
        return None
    rows = store.outbox.find(id)
    if len(rows) > 1:
        ids = ", ".join(row.id for row in rows[:8])
        raise CliError("ambiguous", f"Several messages match {id!r}.", ids, ExitCode.BAD_ARGUMENTS)
    return rows[0] if rows else None


def _require(store: Store, id: str) -> OutboxEntry:
    row = find_row(store, id)
    if row is None:
        raise CliError(
            "not_found",
            f"There is no message {id!r} in the outbox.",
            "See what there is: claudemesh outbox",
            ExitCode.NOT_FOUND,
        )
    return row


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
@pass_output
def outbox(output: Output, ctx: click.Context) -> None:
    """List messages sent from here that are kept, or requeue or drop one."""
    if ctx.invoked_subcommand is not None:
        return
    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk

    everything = config.load()
    entry = everything.pick(output.mesh)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        rows = desk.store.outbox.all(entry.mesh_id)

    def render(console: Console) -> None:
        _print_rows(console, rows)

    output.data({"mesh": entry.slug, "messages": [described(row) for row in rows]}, render)


def _print_rows(console: Console, rows: list[OutboxEntry]) -> None:
    from rich.table import Table
    from rich.text import Text

    from claudemesh_cli.views.ages import clock

    if not rows:
        console.print("The outbox is empty.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("ID", no_wrap=True)
    for heading in ("TO", "STATE", "SINCE", "WHY"):
        table.add_column(heading)
    for row in rows:
        cells = (row.id, row.recipient, row.state, clock(row.changed_at), row.error or "")
        table.add_row(*(Text(clean(cell, one_line=True)) for cell in cells))
    console.print(table, soft_wrap=False)


@outbox.command()
@click.argument("id")
@common_options
@pass_output
def requeue(output: Output, id: str) -> None:
    """Send a message again that was refused, or that its recipient never got."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.paths import config_dir
    from claudemesh_cli.session.brief import catch_up
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.sending import UNREACHABLE
    from claudemesh_cli.store.store import open_store

    everything = config.load()
    with open_store(config_dir(), output.warn) as store:
        entry = everything.pick(_require(store, id).mesh_id)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        new_id = _queue_again(desk, _require(desk.store, id))
        try:
            asyncio.run(catch_up(desk))
        except CliError as error:
            if error.code not in UNREACHABLE:
                raise
            output.note(error.message)
        row = desk.store.outbox.get(new_id)
    assert row is not None
    _report(output, row)


def _report(output: Output, row: OutboxEntry) -> None:
    from claudemesh_cli.session.posting import still_queued

    if row.state == "queued":
        raise still_queued(row, CliError("queued", "The broker did not take it now."))
    if row.state == "failed":
        code, _, sentence = (row.error or "failed: ").partition(": ")
        raise CliError(code, f"The broker refused it again: {sentence}")

    def render(console: Console) -> None:
        console.print(f"Sent to {clean(row.recipient, one_line=True)}. (id {row.message_id})")

    output.data({"message": described(row)}, render)


def _queue_again(desk: Desk, row: OutboxEntry) -> str:
    """Queue the row, or a new copy if the broker has had this one; returns the id to watch."""
    from claudemesh_cli.session.composing import compose_again
    from claudemesh_cli.session.identity import new_keys

    if row.state == "queued":
        return row.id
    if row.state == "failed":
        desk.store.outbox.requeue(row.id)
        return row.id
    again = None
    if row.state in ("undeliverable", "expired"):
        again = compose_again(desk.entry, new_keys(), row, 0)
    if again is None:
        raise CliError(
            "not_requeueable",
            f"That message is {row.state}; there is nothing to send again.",
            f"Follow it with: claudemesh trace {row.id}",
            ExitCode.BAD_ARGUMENTS,
        )
    desk.store.outbox.add(again, instead_of=row.id)
    return again.id


@outbox.command()
@click.argument("id")
@common_options
@pass_output
def drop(output: Output, id: str) -> None:
    """Forget a message; one that the broker has already is delivered all the same."""
    from claudemesh_cli.paths import config_dir
    from claudemesh_cli.store.store import open_store

    with open_store(config_dir(), output.warn) as store:
        row = _require(store, id)
        store.outbox.drop(row.id)

    def render(console: Console) -> None:
        console.print(f"Dropped the message to {clean(row.recipient, one_line=True)}.")

    output.data({"dropped": described(row)}, render)
