"""Keys of long-lived sessions, kept while they live so that a crashed one can be resumed.

Messages are encrypted to a session's key: a client that dies without goodbye and comes back with
the same key gets them. A clean goodbye deletes the secret.
"""

import os
import sqlite3
from dataclasses import dataclass, field

from claudemesh_cli.store.clock import iso_before, now_iso
from claudemesh_cli.store.database import Database
from claudemesh_cli.store.processes import is_alive

_KEEP_DEAD_S = 7 * 86_400


@dataclass(frozen=True)
class SessionKeys:
    """A session's id and ed25519 pair (`public` 64 hex, `secret` 128 hex)."""

    session_id: str
    public: str
    secret: str = field(repr=False)


class Sessions:
    """The sessions table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mine: set[str] = set()

    def resume(self, mesh_id: str, session_id: str | None) -> SessionKeys | None:
        """A session whose process is gone, now this process's; with `session_id` only that one."""
        sql = "SELECT * FROM sessions WHERE mesh_id=? ORDER BY started_at DESC"
        with self._database.write() as connection:
            for row in connection.execute(sql, (mesh_id,)).fetchall():
                if self._has_owner(row) or session_id not in (None, row["session_id"]):
                    continue
                if row["started_at"] < iso_before(_KEEP_DEAD_S):
                    _delete(connection, row["public"])
                    continue
                connection.execute(
                    "UPDATE sessions SET owner_pid=?, started_at=? WHERE public=?",
                    (os.getpid(), now_iso(), row["public"]),
                )
                self._mine.add(row["public"])
                return SessionKeys(row["session_id"], row["public"], row["secret"])
        return None

    def begin(self, mesh_id: str, session: SessionKeys) -> None:
        """Keep a new session's key, owned by this process."""
        self._mine.add(session.public)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO sessions (public, secret, mesh_id, session_id, owner_pid, started_at)"
                " VALUES (?,?,?,?,?,?)",
                (
                    session.public,
                    session.secret,
                    mesh_id,
                    session.session_id,
                    os.getpid(),
                    now_iso(),
                ),
            )

    def end(self, public: str) -> None:
        """Delete a session's key: it said goodbye."""
        with self._database.write() as connection:
            _delete(connection, public)

    def is_listening(self, mesh_id: str) -> bool:
        """True if another living process of this machine receives this mesh's messages."""
        sql = "SELECT owner_pid FROM sessions WHERE mesh_id=?"
        pids = [row["owner_pid"] for row in self._database.read(sql, mesh_id)]
        return any(pid != os.getpid() and is_alive(pid) for pid in pids)

    def _has_owner(self, row: sqlite3.Row) -> bool:
        """A process id may be used again, also as this process's own."""
        if row["owner_pid"] == os.getpid():
            return row["public"] in self._mine
        return is_alive(row["owner_pid"])


def _delete(connection: sqlite3.Connection, public: str) -> None:
    connection.execute("DELETE FROM sessions WHERE public=?", (public,))
