"""How a received message looks, as a line for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claudemesh_cli.output import clean
from claudemesh_cli.store.inbox import InboxEntry
from claudemesh_cli.views.ages import clock

if TYPE_CHECKING:
    from rich.text import Text


def message_json(entry: InboxEntry, mesh: str) -> dict[str, Any]:
    """A message as JSON; `text` is null unless `state` is `ok`."""
    return {
        "type": "message",
        "mesh": mesh,
        "message_id": entry.message_id,
        "state": entry.state,
        "text": entry.text if entry.state == "ok" else None,
        "error": entry.error,
        "from_name": entry.sender_name,
        "from_member": entry.sender_member,
        "from_session": entry.sender_session,
        "verified": entry.verified,
        "encryption": entry.encryption,
        "priority": entry.priority,
        "to": entry.target,
        "subtype": entry.subtype or None,
        "sent_at": entry.sent_at,
        "received_at": entry.received_at,
        "shown_at": entry.shown_at,
    }


def message_line(entry: InboxEntry) -> Text:
    """A message for a terminal: when, who, marks, text; the peer's text is made harmless."""
    from rich.text import Text

    line = Text(f"{clock(entry.sent_at)}  ", style="dim")
    name = clean(entry.sender_name or entry.sender_member[:16] or "?", one_line=True)
    line.append(name, style="bold not dim")
    for mark in _marks(entry):
        line.append(f" [{mark}]", style="yellow not dim")
    if entry.state == "ok":
        line.append(f"  {clean(entry.text or '')}", style="not dim")
    else:
        line.append(f"  {_reason(entry)}", style="red not dim")
    return line


def _marks(entry: InboxEntry) -> list[str]:
    marks = []
    if entry.target.startswith(("@", "*")):
        marks.append("to everybody" if entry.target in ("*", "@all") else clean(entry.target))
    if entry.subtype:
        marks.append(clean(entry.subtype))
    if entry.priority == "now":
        marks.append("now")
    if entry.encryption == "none" and entry.state == "ok":
        marks.append("unencrypted")
    return marks


def _reason(entry: InboxEntry) -> str:
    if entry.state == "held":
        return "(held back: the key behind this name has changed)"
    return f"(could not be decrypted: {clean(entry.error or 'unknown reason', one_line=True)})"
