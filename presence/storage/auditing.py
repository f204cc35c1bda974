"""Puts the metadata of stored messages into the audit chains of their meshes. Never content."""

from collections.abc import Iterable

from audit.events import MESSAGE_SENT
from audit.services import NewEntry, append_many
from presence.drafts import Draft


def audit_messages(drafts: Iterable[Draft]) -> None:
    """Appends one entry for each message. Runs inside the transaction that stored them."""
    append_many([_entry(draft) for draft in drafts])


def _entry(draft: Draft) -> NewEntry:
    message = draft.message
    payload = {
        "message": message.id,
        "target": message.target_spec,
        "priority": message.priority,
        "size": message.size,
        "recipients": len(draft.recipients),
        "encryption": message.encryption,
    }
    return NewEntry(message.mesh_id, MESSAGE_SENT, message.sender_id, payload)
