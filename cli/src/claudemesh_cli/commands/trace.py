"""trace: how far one's message has come, recipient by recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.broker import MessageStatusResult
    from rich.console import Console

    from claudemesh_cli.session.desk import Desk
    from claudemesh_cli.store.outbox import OutboxEntry


@click.command()
@click.argument("message_id", metavar="MESSAGE_ID")
@common_options
@pass_output
def trace(output: Output, message_id: str) -> None:
    """Show how far a message of yours has come."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.commands.outbox import find_row
    from claudemesh_cli.paths import config_dir
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.store.store import open_store

    everything = config.load()
    with open_store(config_dir(), output.warn) as store:
        row = find_row(store, message_id)
    entry = everything.pick(row.mesh_id if row else output.mesh)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        row, status = asyncio.run(_look(desk, row, message_id))
    document = _described(row, status)

    def render(console: Console) -> None:
        _print(console, document)

    output.data(document, render)


async def _look(
    desk: Desk, row: OutboxEntry | None, message_id: str
) -> tuple[OutboxEntry | None, MessageStatusResult | None]:
    """Our own record and the broker's; the latter None if the message never got there."""
    from claudemesh_wire.broker import MessageStatusResult
    from claudemesh_wire.client import MessageStatus

    from claudemesh_cli.session.brief import brief_session
    from claudemesh_cli.session.refusals import Refused

    if row is not None and row.state == "failed":
        return row, None
    async with brief_session(desk) as connection:
        row = desk.store.outbox.get(row.id) if row else None
        asked = (row and row.message_id) or (row.id if row else message_id)
        try:
            request = MessageStatus(message_id=asked)
            return row, await connection.request(request, MessageStatusResult)
        except Refused as refused:
            if row is None or refused.code != "not_found":
                raise
            return row, None


def _described(row: OutboxEntry | None, status: MessageStatusResult | None) -> dict[str, Any]:
    recipients = status.recipients if status else []
    return {
        "id": row.id if row else None,
        "message_id": status.message_id if status else row.message_id if row else None,
        "to": row.recipient if row else None,
        "target": status.target_spec if status else row.target if row else None,
        "state": row.state if row else None,
        "error": row.error if row else None,
        "known_to_broker": status is not None,
        "delivered": status.delivered if status else False,
        "delivered_at": status.delivered_at if status else None,
        "recipients": [
            {
                "name": recipient.name,
                "key": recipient.pubkey,
                "status": recipient.status,
                "state": recipient.state,
                "at": recipient.at,
            }
            for recipient in recipients
        ],
    }


def _print(console: Console, document: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    from claudemesh_cli.views.ages import clock

    to = clean(document["to"] or document["target"] or "?", one_line=True)
    verdict = "delivered" if document["delivered"] else "not delivered yet"
    if not document["known_to_broker"]:
        verdict = f"{document['state']}; the broker has no record of it"
    console.print(f"To {to}: {verdict}.")
    if document["error"]:
        console.print(clean(document["error"], one_line=True))
    if document["recipients"]:
        table = Table("RECIPIENT", "STATE", "", "SINCE", box=None, pad_edge=False)
        for each in document["recipients"]:
            cells = (each["name"], each["state"], each["status"], clock(each["at"]))
            table.add_row(*(Text(clean(cell, one_line=True)) for cell in cells))
        console.print(table, soft_wrap=False)
