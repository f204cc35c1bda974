"""Puts the metadata of stored messages into the audit chains of their meshes. Never content."""

from audit.events import MESSAGE_SENT
from audit.services import NewEntry, append_many
from presence.drafts import Draft, Outcome, Recorded


def audit_messages(drafts: list[Draft], outcomes: list[Outcome]) -> None:
    """Appends one entry for each message newly stored, on meshes that want that.

    The last statement of the transaction that stored them: whoever holds a chain's lock waits
    for no other.
    """
    append_many(
        [
            _entry(draft)
            for draft, outcome in zip(drafts, outcomes, strict=True)
            if draft.audited and isinstance(outcome, Recorded) and not outcome.before
        ]
    )


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
