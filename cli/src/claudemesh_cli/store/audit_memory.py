"""What this computer remembers of audit logs: the last head it saw, the broker's signing keys."""

from collections.abc import Iterable

from claudemesh_wire.audit import Head

from claudemesh_cli.store.clock import now_iso
from claudemesh_cli.store.database import Database


class AuditMemory:
    """The tables audit_heads and broker_keys. A head is only ever replaced by a later one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self, mesh_id: str) -> Head | None:
        """The last head that was verified; None before the first time."""
        rows = self._database.read("SELECT seq, hash FROM audit_heads WHERE mesh_id=?", mesh_id)
        return Head(rows[0]["seq"], rows[0]["hash"]) if rows else None

    def remember(self, mesh_id: str, head: Head) -> None:
        """Keep a head that was shown to extend the one kept so far."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO audit_heads (mesh_id, seq, hash, seen_at) VALUES (?,?,?,?)"
                " ON CONFLICT (mesh_id) DO UPDATE"
                " SET seq=excluded.seq, hash=excluded.hash, seen_at=excluded.seen_at"
                " WHERE excluded.seq > audit_heads.seq",
                (mesh_id, head.seq, head.hash, now_iso()),
            )

    def keys(self, mesh_id: str) -> frozenset[str]:
        """The broker's public keys (64 hex) that signed this mesh's log before."""
        rows = self._database.read("SELECT key FROM broker_keys WHERE mesh_id=?", mesh_id)
        return frozenset(row["key"] for row in rows)

    def trust(self, mesh_id: str, keys: Iterable[str]) -> None:
        """Keep keys whose signatures count from now on."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO broker_keys (mesh_id, key, first_seen_at) VALUES (?,?,?)"
                " ON CONFLICT DO NOTHING",
                [(mesh_id, key, now_iso()) for key in keys],
            )
