"""audit: what happened on the mesh; verify that nobody changed it; take a copy along."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.moments import Since
from claudemesh_cli.output import Output, common_options, pass_output

if TYPE_CHECKING:
    from pathlib import Path

    from claudemesh_wire.fields import AuditRow
    from rich.console import Console

    from claudemesh_cli.session.auditing import Page

_KEY = re.compile(r"[0-9a-f]{64}")


def _keys(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if any(_KEY.fullmatch(key) is None for key in value):
        raise click.BadParameter("a broker's key is 64 lower-case hex characters.")
    return value


_broker_key = click.option(
    "--broker-key",
    "broker_keys",
    multiple=True,
    metavar="KEY",
    callback=_keys,
    help="A signing key of the broker that you vouch for; repeatable.",
)


@click.group(invoke_without_command=True)
@click.option("--event", metavar="TYPE", help="Only entries of this type, such as member_banned.")
@click.option("--since", type=Since(), metavar="TIME", help="2h, 7d, or 2030-01-31.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many."
)
@common_options
@click.pass_context
@pass_output
def audit(
    output: Output, ctx: click.Context, event: str | None, since: datetime | None, limit: int
) -> None:
    """Show the log of the mesh, the newest first. For its owner and admins."""
    if ctx.invoked_subcommand is not None:
        return
    from claudemesh_cli.commands.request import run_at_desk
    from claudemesh_cli.session.auditing import read

    entry, page = run_at_desk(
        output, lambda desk: read(desk, event=event, since=since, limit=limit)
    )
    rows = [_described(row) for row in page.rows]
    output.data(
        {"mesh": entry.slug, "total": page.total, "entries": rows},
        lambda console: _print(console, page),
    )


def _described(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "event": row.event_type,
        "actor": row.actor,
        "payload": row.payload,
        "hash": row.hash,
        "created_at": row.created_at,
    }


def _print(console: Console, page: Page) -> None:
    import json

    from claudemesh_cli.views.ages import clock
    from claudemesh_cli.views.tables import print_table

    if not page.rows:
        console.print("No entries.")
        return
    cells = [
        (
            clock(row.created_at),
            row.event_type,
            row.actor,
            json.dumps(row.payload, ensure_ascii=False) if row.payload else "",
        )
        for row in page.rows
    ]
    print_table(console, ("WHEN", "WHAT", "BY", "DETAILS"), cells)
    if len(page.rows) < page.total:
        console.print(f"{len(page.rows)} of {page.total} entries.")


@audit.command()
@click.option(
    "--file",
    "path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Verify an export instead, without asking the broker.",
)
@_broker_key
@common_options
@pass_output
def verify(output: Output, path: str | None, broker_keys: tuple[str, ...]) -> None:
    """Verify that the log is whole, and that it goes on from where you last saw it.

    Exit code 1 if it was changed, cut short or rewritten.
    """
    from pathlib import Path

    if path is not None:
        _verify_file(output, Path(path), broker_keys)
        return
    import asyncio

    from claudemesh_cli.commands.request import opened_desk
    from claudemesh_cli.session.auditing import verify as verify_chain
    from claudemesh_cli.views.progress import progress_bar

    with opened_desk(output) as desk, progress_bar(output, "Verifying the log") as bar:
        found = asyncio.run(verify_chain(desk, bar.advance_to))
        slug = desk.entry.slug
    new = found.head.seq - (found.before.seq if found.before else 0)
    document = {
        "mesh": slug,
        "valid": True,
        "entries": found.head.seq,
        "head": found.head.hash,
        "new_entries": new,
        "first_look": found.before is None,
    }
    since = (
        "This is your first look; later ones will be held against it."
        if found.before is None
        else f"It goes on from what you saw last; {new} new."
    )
    sentence = f"The log of {slug} holds: {found.head.seq} entries. {since}"
    output.data(document, lambda console: console.print(sentence))


def _verify_file(output: Output, path: Path, broker_keys: tuple[str, ...]) -> None:
    from claudemesh_wire.audit import Head

    from claudemesh_cli import audit_exports
    from claudemesh_cli.commands.request import opened_desk

    with opened_desk(output) as desk:
        report, older = audit_exports.verify_file(output, desk, path, broker_keys)
        last: Head | None = desk.store.audit.head(desk.entry.mesh_id)
        slug = desk.entry.slug
    document = {
        "mesh": slug,
        "valid": True,
        "file": str(path),
        "entries": report.entries,
        "head": report.head.hash,
        "older": older,
    }
    sentence = f"{path} holds: {report.entries} entries of {slug}, signed by the broker."
    if older and last is not None:
        sentence += f" It is older than what you saw last (entry {last.seq})."
    output.data(document, lambda console: console.print(sentence))


@audit.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@_broker_key
@common_options
@pass_output
def export(output: Output, file: str | None, broker_keys: tuple[str, ...]) -> None:
    """Write the whole log as JSON lines to FILE, or to stdout, and verify it on the way.

    Needs an account. What was exported can be verified later: audit verify --file FILE.
    """
    from pathlib import Path

    from claudemesh_cli import audit_exports
    from claudemesh_cli.commands.request import opened_desk

    path = None if file in (None, "-") else Path(str(file))
    if path is not None and path.exists():
        output.confirm(f"Replace {path}?")
    with opened_desk(output) as desk:
        report = audit_exports.export(output, desk, path, broker_keys)
        slug = desk.entry.slug
    sentence = f"{report.entries} entries of {slug}, verified and signed by the broker."
    if path is None:
        output.note(sentence)
        return
    document = {
        "mesh": slug,
        "valid": True,
        "file": str(path),
        "entries": report.entries,
        "head": report.head.hash,
    }
    output.data(document, lambda console: console.print(f"{path}: {sentence}"))
