"""Messages to send: written before they go out, kept until their fate is known; sends nothing.

`frame` is the text as it goes on the wire, so that a repeat is the same to the last byte. The
plaintext and the secret of the session that encrypted it stay until the message is settled: they
are needed to repeat it under the same session key, or to encrypt it again for another.
"""

import os
import sqlite3
import time
from dataclasses import dataclass, field
from typing import Literal

from claudemesh_cli.store.clock import iso_before, now_iso
from claudemesh_cli.store.database import Database
from claudemesh_cli.store.processes import is_alive

OutboxState = Literal[
    "queued",  # not acked yet: goes out (again) on the next connection
    "acked",  # the broker has stored it
    "delivered",  # every recipient has it
    "failed",  # the broker refused it; it was not sent
    "undeliverable",  # it was stored, but a recipient will never get it
    "expired",  # it was stored, but nobody fetched it in time
    "replaced",  # it was encrypted again and sent under another id
    "unknown",  # the broker keeps no record of it any more
]
SETTLED = ("delivered", "replaced", "unknown")
_BUSY_S = 30
_KEEP_S = 7 * 86_400


@dataclass(frozen=True)
class OutboxEntry:
    """One message to send; `recipient` is what the person typed, `target` what it resolved to.

    `recipient_member` is the member key behind a direct target, None for groups. `replaces` is
    the id of the message that this one repeats under another key.
    """

    id: str
    mesh_id: str
    target: str
    recipient: str
    recipient_member: str | None
    frame: str
    text: str | None
    session_public: str
    session_secret: str | None = field(repr=False)
    state: OutboxState = "queued"
    error: str | None = None
    message_id: str | None = None
    replaces: str | None = None
    created_at: str = ""
    changed_at: str = ""


class Outbox:
    """The outbox table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: OutboxEntry, *, instead_of: str | None = None) -> None:
        """Queue a message, on disk when this returns; marks `instead_of` as replaced with it."""
        with self._database.write() as connection:
            if instead_of is not None:
                _settle(connection, instead_of, "replaced", None)
            connection.execute(
                "DELETE FROM outbox WHERE changed_at < ? AND state NOT IN ('queued', 'acked')",
                (iso_before(_KEEP_S),),
            )
            _insert(connection, entry)

    def claim(self, mesh_id: str) -> list[OutboxEntry]:
        """What is queued and no other living process is sending, oldest first; now ours to send."""
        rows = self._database.read(
            "SELECT id, owner_pid, busy_until FROM outbox"
            " WHERE mesh_id=? AND state='queued' ORDER BY seq",
            mesh_id,
        )
        free = [row["id"] for row in rows if not _busy(row)]
        if not free:
            return []
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE outbox SET owner_pid=?, busy_until=? WHERE id=? AND state='queued'",
                [(os.getpid(), _busy_until(), id) for id in free],
            )
        return [entry for entry in map(self.get, free) if entry and entry.state == "queued"]

    def unclaim(self, id: str) -> None:
        """Leave a queued message to whoever connects next."""
        with self._database.write() as connection:
            connection.execute("UPDATE outbox SET busy_until=0 WHERE id=?", (id,))

    def acked(self, id: str, message_id: str) -> None:
        """The broker has stored it under `message_id`."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE outbox SET state='acked', message_id=?, error=NULL, changed_at=?"
                " WHERE id=? AND state='queued'",
                (message_id, now_iso(), id),
            )

    def settle(self, id: str, state: OutboxState, error: str | None = None) -> None:
        """Write down what became of it; secrets go when nothing can be left to repeat."""
        with self._database.write() as connection:
            _settle(connection, id, state, error)

    def requeue(self, id: str) -> None:
        """Send a refused message again under the same id: the broker has stored nothing of it."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE outbox SET state='queued', error=NULL, busy_until=0, changed_at=?"
                " WHERE id=? AND state='failed'",
                (now_iso(), id),
            )

    def drop(self, id: str) -> None:
        """Forget a message altogether."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM outbox WHERE id=?", (id,))

    def get(self, id: str) -> OutboxEntry | None:
        """The message with this client id or broker's message id."""
        sql = "SELECT * FROM outbox WHERE id=? OR message_id=?"
        rows = self._database.read(sql, id, id)
        return _entry(rows[0]) if rows else None

    def find(self, prefix: str) -> list[OutboxEntry]:
        """Messages whose client id or broker's id begins or ends with this."""
        sql = (
            "SELECT * FROM outbox WHERE id LIKE ?||'%' OR message_id LIKE ?||'%'"
            " OR id LIKE '%'||? OR message_id LIKE '%'||? ORDER BY seq"
        )
        return [_entry(row) for row in self._database.read(sql, *[prefix] * 4)]

    def unsettled(self, mesh_id: str, limit: int = 50) -> list[OutboxEntry]:
        """Newest messages that the broker has but whose delivery is not known yet."""
        sql = "SELECT * FROM outbox WHERE mesh_id=? AND state='acked' ORDER BY seq DESC LIMIT ?"
        return [_entry(row) for row in self._database.read(sql, mesh_id, limit)]

    def all(self, mesh_id: str) -> list[OutboxEntry]:
        """Everything kept, oldest first."""
        rows = self._database.read("SELECT * FROM outbox WHERE mesh_id=? ORDER BY seq", mesh_id)
        return [_entry(row) for row in rows]


def _busy(row: sqlite3.Row) -> bool:
    if row["owner_pid"] == os.getpid():
        return False
    return row["busy_until"] > time.time() and is_alive(row["owner_pid"])


def _busy_until() -> int:
    return int(time.time()) + _BUSY_S


def _insert(connection: sqlite3.Connection, entry: OutboxEntry) -> None:
    now = now_iso()
    connection.execute(
        "INSERT INTO outbox (id, mesh_id, target, recipient, recipient_member, frame, text,"
        " session_public, session_secret, state, replaces, owner_pid, busy_until, created_at,"
        " changed_at) VALUES (?,?,?,?,?,?,?,?,?,'queued',?,?,?,?,?)",
        (
            entry.id,
            entry.mesh_id,
            entry.target,
            entry.recipient,
            entry.recipient_member,
            entry.frame,
            entry.text,
            entry.session_public,
            entry.session_secret,
            entry.replaces,
            os.getpid(),
            _busy_until(),
            now,
            now,
        ),
    )


def _settle(connection: sqlite3.Connection, id: str, state: OutboxState, error: str | None) -> None:
    connection.execute(
        "UPDATE outbox SET state=?, error=?, busy_until=0, changed_at=? WHERE id=?",
        (state, error, now_iso(), id),
    )
    if state in SETTLED:
        connection.execute("UPDATE outbox SET text=NULL, session_secret=NULL WHERE id=?", (id,))


def _entry(row: sqlite3.Row) -> OutboxEntry:
    names = OutboxEntry.__dataclass_fields__
    return OutboxEntry(**{name: row[name] for name in names})
