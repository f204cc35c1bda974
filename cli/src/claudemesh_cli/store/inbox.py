"""Messages received: each message id once, kept before it is acked; decrypts nothing."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from claudemesh_cli.store.clock import now_iso
from claudemesh_cli.store.database import Database

InboxState = Literal["ok", "failed", "held"]


@dataclass(frozen=True)
class Received:
    """One message as it came in.

    `state`: `ok`; `failed` (did not decrypt: `text` is None, `error` says why); `held` (the
    sender's key changed: not shown until it is verified). Times are ISO 8601 UTC.
    """

    mesh_id: str
    message_id: str
    state: InboxState
    text: str | None
    error: str | None
    sender_name: str
    sender_member: str
    sender_session: str
    verified: bool
    encryption: str
    priority: str
    target: str
    subtype: str
    sent_at: str


@dataclass(frozen=True)
class InboxEntry(Received):
    """A message as it is kept: `seq` is the order of arrival."""

    seq: int
    received_at: str
    shown_at: str | None


class Inbox:
    """The inbox table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: Received) -> bool:
        """Keep a message, on disk when this returns. False if its id is known already."""
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO inbox (mesh_id, message_id, state, text, error, sender_name,"
                " sender_member, sender_session, verified, encryption, priority, target,"
                " subtype, sent_at, received_at)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                (
                    message.mesh_id,
                    message.message_id,
                    message.state,
                    message.text,
                    message.error,
                    message.sender_name,
                    message.sender_member,
                    message.sender_session,
                    message.verified,
                    message.encryption,
                    message.priority,
                    message.target,
                    message.subtype,
                    message.sent_at,
                    now_iso(),
                ),
            )
            return cursor.rowcount == 1

    def known(self, mesh_id: str, message_id: str) -> bool:
        """True if this message was received before."""
        sql = "SELECT 1 FROM inbox WHERE mesh_id=? AND message_id=?"
        return bool(self._database.read(sql, mesh_id, message_id))

    def get(self, mesh_id: str, message_id: str) -> InboxEntry | None:
        """One message by the broker's id."""
        sql = "SELECT * FROM inbox WHERE mesh_id=? AND message_id=?"
        rows = self._database.read(sql, mesh_id, message_id)
        return _entry(rows[0]) if rows else None

    def unshown(self, mesh_id: str) -> list[InboxEntry]:
        """What has not been shown yet, oldest first; messages on hold are left out."""
        return self._entries("shown_at IS NULL AND state != 'held'", mesh_id)

    def held(self, mesh_id: str) -> list[InboxEntry]:
        """What waits for its sender's key to be verified, oldest first."""
        return self._entries("state = 'held'", mesh_id)

    def all(self, mesh_id: str) -> list[InboxEntry]:
        """Everything, oldest first."""
        return self._entries("1", mesh_id)

    def mark_shown(self, seqs: list[int]) -> None:
        """Remember that these were shown to the person or program reading."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE inbox SET shown_at=? WHERE seq=? AND shown_at IS NULL",
                [(now_iso(), seq) for seq in seqs],
            )

    def release(self, mesh_id: str, member_pubkey: str) -> int:
        """Take the messages of a member that was verified off hold; returns how many."""
        with self._database.write() as connection:
            cursor = connection.execute(
                "UPDATE inbox SET state='ok', error=NULL, verified=1"
                " WHERE mesh_id=? AND sender_member=? AND state='held'",
                (mesh_id, member_pubkey),
            )
            return cursor.rowcount

    def _entries(self, condition: str, mesh_id: str) -> list[InboxEntry]:
        rows = self._database.read(
            f"SELECT * FROM inbox WHERE mesh_id=? AND {condition} ORDER BY seq",
            mesh_id,
        )
        return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> InboxEntry:
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118
    return InboxEntry(**{**values, "verified": bool(row["verified"])})
