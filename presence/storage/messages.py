"""Writes messages and deliveries of a batch: a few statements, however many there are."""

from typing import Any

from presence.clock import now
from presence.drafts import Draft, Outcome, Recorded, Refused, Repeated
from presence.models import Delivery, Message
from presence.parcel import Parcel, StoredMessage
from presence.targets import Recipient
from storing.bulk import Row, insert_ignoring, insert_numbered, moment

MESSAGE_TABLE = Message._meta.db_table
MESSAGE_COLUMNS = [
    "id",
    "mesh_id",
    "sender_id",
    "sender_session_key",
    "sender_name",
    "client_id",
    "target_spec",
    "priority",
    "nonce",
    "ciphertext",
    "encryption",
    "key_epoch",
    "matched",
    "online",
    "created_at",
]
MESSAGE_TYPES = ("text " * 11 + "int int int timestamptz").split()

DELIVERY_TABLE = Delivery._meta.db_table
DELIVERY_COLUMNS = [
    "message_id",
    "member_id",
    "address",
    "recipient_name",
    "priority",
    "state",
    "reason",
    "attempt",
    "expires_at",
    "updated_at",
]
DELIVERY_TYPES = ("text " * 7 + "int timestamptz timestamptz").split()


def record(drafts: list[Draft]) -> list[Outcome]:
    """Stores drafts in their order; one outcome each. Runs inside the caller's transaction.

    A draft whose own id is stored already (the batch is tried again after a commit whose answer
    was lost) is answered from what is stored.
    """
    leaders = _leaders(drafts)
    unique = [draft for position, draft in enumerate(drafts) if leaders[position] == position]
    taken = insert_ignoring(
        MESSAGE_TABLE, MESSAGE_COLUMNS, MESSAGE_TYPES, [_message_row(d) for d in unique]
    )
    if taken is None:
        taken = _new_on_sqlite(unique)
    fresh = [draft for draft in unique if draft.message.id in taken]
    parcels = _insert_deliveries(fresh)
    before = _stored([draft for draft in unique if draft.message.id not in taken])
    outcomes: list[Outcome] = []
    for position, draft in enumerate(drafts):
        leader = drafts[leaders[position]]
        if leader is not draft:
            outcomes.append(_compare(draft.message, _as_row(leader)))
        elif draft.message.id in taken:
            outcomes.append(Recorded(parcels[draft.message.id]))
        else:
            outcomes.append(_answer_again(draft, before))
    return outcomes


def find_repeated(message: StoredMessage) -> Outcome | None:
    """The answer to a message whose client id was used before; None if it was not."""
    row = Message.objects.filter(sender_id=message.sender_id, client_id=message.client_id).first()
    return _compare(message, row) if row is not None else None


def _leaders(drafts: list[Draft]) -> list[int]:
    """For each draft the position of the first one in the batch with its sender and client id."""
    first: dict[tuple[str, str], int] = {}
    leaders = []
    for position, draft in enumerate(drafts):
        key = (draft.message.sender_id, draft.message.client_id)
        leaders.append(first.setdefault(key, position) if key[1] else position)
    return leaders


def _new_on_sqlite(drafts: list[Draft]) -> set[str]:
    """Which rows the insert took: those without deliveries, for a message is never without."""
    ids = [draft.message.id for draft in drafts]
    stored = set(Message.objects.filter(id__in=ids).values_list("id", flat=True))
    older = set(Delivery.objects.filter(message_id__in=ids).values_list("message_id", flat=True))
    return stored - older


def _insert_deliveries(drafts: list[Draft]) -> dict[str, list[Parcel]]:
    rows = [row for draft in drafts for row in _delivery_rows(draft)]
    ids = iter(
        insert_numbered(DELIVERY_TABLE, DELIVERY_COLUMNS, DELIVERY_TYPES, rows) if rows else []
    )
    return {
        draft.message.id: [
            Parcel(next(ids), draft.message, r.member_id, r.address, r.key, r.name)
            for r in draft.recipients
        ]
        for draft in drafts
    }


def _stored(drafts: list[Draft]) -> dict[tuple[str, str], Message]:
    """What is stored under the ids of drafts, by sender and client id and by own id."""
    if not drafts:
        return {}
    found: dict[tuple[str, str], Message] = {}
    for draft in drafts:
        message = draft.message
        rows = Message.objects.filter(sender_id=message.sender_id)
        row = (
            rows.filter(client_id=message.client_id)
            if message.client_id
            else rows.filter(id=message.id)
        ).first()
        if row is not None:
            found[(message.sender_id, message.client_id or message.id)] = row
    return found


def _answer_again(draft: Draft, before: dict[tuple[str, str], Message]) -> Outcome:
    message = draft.message
    row = before.get((message.sender_id, message.client_id or message.id))
    if row is None:
        return Refused("unavailable")
    if row.id == message.id:
        return Recorded(_parcels_again(draft), before=True)
    return _compare(message, row)


def _parcels_again(draft: Draft) -> list[Parcel]:
    rows = Delivery.objects.filter(message_id=draft.message.id).order_by("id")
    return [
        Parcel(row.id, draft.message, r.member_id, r.address, r.key, r.name)
        for row, r in zip(rows, draft.recipients, strict=True)
    ]


def _compare(message: StoredMessage, row: Message) -> Outcome:
    content = (message.target_spec, message.nonce, message.ciphertext)
    if content != (row.target_spec, row.nonce, row.ciphertext):
        return Refused("conflict")
    return Repeated(row.id, row.matched, row.online)


def _as_row(draft: Draft) -> Message:
    return Message(**dict(zip(MESSAGE_COLUMNS, _message_row(draft), strict=True)))


def _message_row(draft: Draft) -> Row:
    m = draft.message
    return (
        m.id,
        m.mesh_id,
        m.sender_id,
        m.sender_key,
        m.sender_name,
        m.client_id,
        m.target_spec,
        m.priority,
        m.nonce,
        m.ciphertext,
        m.encryption,
        m.key_epoch,
        draft.matched,
        draft.online,
        moment(m.created_at),
    )


def _delivery_rows(draft: Draft) -> list[tuple[Any, ...]]:
    head, priority = draft.message.id, draft.message.priority
    times = (moment(draft.expires_at), moment(now()))
    return [
        (
            head,
            r.member_id,
            r.address,
            r.name,
            priority,
            "pending",
            "",
            int(_is_pushed(r, priority)),
            *times,
        )
        for r in draft.recipients
    ]


def _is_pushed(recipient: Recipient, priority: str) -> bool:
    """True if the delivery goes out as soon as it is committed."""
    return recipient.online and (recipient.idle or priority == "now")
