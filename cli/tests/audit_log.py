"""A mesh's audit log in a test, as an honest broker keeps it; tests change it behind its back."""

from dataclasses import dataclass, field, replace
from typing import Any

from cast import MESH_ID
from claudemesh_wire.audit import GENESIS, Entry, Head, entry_hash
from claudemesh_wire.audit_export import line_of
from claudemesh_wire.broker import AuditResult, AuditVerifyResult
from claudemesh_wire.canonical_json import canonical_json
from claudemesh_wire.checkpoints import sign_checkpoint
from claudemesh_wire.client import AuditQuery, AuditVerify
from claudemesh_wire.fields import AuditRow
from claudemesh_wire.signing import KeyPair, generate_keypair
from msgspec import Raw

SIGNED_AT = "2030-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Written:
    """One entry as stored."""

    type: str
    actor: str
    payload: dict[str, Any]
    created_at: str
    hash: str


@dataclass
class AuditLog:
    """Answers `audit_query` and `audit_verify`, and exports itself."""

    entries: list[Written] = field(default_factory=list)
    keys: KeyPair = field(default_factory=generate_keypair)
    #: So many entries are written by others at each question, as on a busy mesh.
    growth: int = 0
    #: Pages are cut short at so many entries, as those of a broker are when entries are large.
    longest_page: int = 1_000
    verdict: AuditVerifyResult | None = None

    @property
    def head(self) -> Head:
        return Head(len(self.entries), self.entries[-1].hash) if self.entries else GENESIS

    def append(self, type: str = "message_sent", *, count: int = 1, **payload: Any) -> None:
        """Write entries that continue the chain."""
        for _ in range(count):
            at = f"2030-01-01T00:{len(self.entries) // 60 % 60:02d}:00.000001Z"
            hash = entry_hash(
                prev=self.head.hash,
                mesh=MESH_ID,
                seq=len(self.entries) + 1,
                type=type,
                actor="member-alice",
                payload=payload,
                created_at=at,
            )
            self.entries.append(Written(type, "member-alice", payload, at, hash))

    def edit(self, seq: int, **payload: Any) -> None:
        """Change an entry and leave its hash as it is."""
        self.entries[seq - 1] = replace(self.entries[seq - 1], payload=payload)

    def rewrite(self, seq: int, **payload: Any) -> None:
        """Change an entry and hash it and everything after it anew."""
        later = self.entries[seq:]
        del self.entries[seq - 1 :]
        self.append("rewritten", **payload)
        for each in later:
            self.append(each.type, **each.payload)

    def query(self, message: AuditQuery) -> AuditResult:
        """What the broker answers to `audit_query`."""
        self.append("message_sent", count=self.growth)
        rows = [
            AuditRow(
                id=str(seq),
                event_type=each.type,
                actor=each.actor,
                payload=each.payload,
                hash=each.hash,
                created_at=each.created_at,
            )
            for seq, each in enumerate(self.entries, start=1)
            if message.event_type in (None, each.type)
        ][::-1]
        offset = message.offset or 0
        limit = min(message.limit or 50, self.longest_page)
        return AuditResult(entries=rows[offset : offset + limit], total=len(rows))

    def verify(self, message: AuditVerify) -> AuditVerifyResult:
        """What the broker answers to `audit_verify`; it says what it likes."""
        head = self.head
        return self.verdict or AuditVerifyResult(valid=True, entries=head.seq, head=head.hash)

    def export(self) -> list[bytes]:
        """The lines of an export, with a checkpoint at the end."""
        lines = [
            line_of(
                Entry(
                    MESH_ID,
                    seq,
                    each.type,
                    each.actor,
                    Raw(canonical_json(each.payload)),
                    each.created_at,
                    each.hash,
                )
            )
            for seq, each in enumerate(self.entries, start=1)
        ]
        return [*lines, line_of(sign_checkpoint(MESH_ID, self.head, SIGNED_AT, self.keys))]
