"""Members as the load client knows them: ids and keys from a credentials file, signed hellos."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claudemesh_wire import canonical
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair, generate_keypair, sign

V2_CAPABILITIES = ["client_ack", "receipts"]


@dataclass
class LoadMember:
    """A member of a mesh. Its hellos never carry the same time twice: that would be a replay."""

    mesh_id: str
    member_id: str
    name: str
    keys: KeyPair
    _last_ms: int = 0

    def timestamp(self) -> int:
        """Now in ms, later than any this member has used."""
        self._last_ms = max(int(time.time() * 1000), self._last_ms + 1)
        return self._last_ms


@dataclass(frozen=True)
class LoadSession:
    """What a session is before its socket: the member, an id, a session key."""

    member: LoadMember
    session_id: str = field(default_factory=new_id)
    keys: KeyPair = field(default_factory=generate_keypair)

    def hello_v1(self) -> dict[str, Any]:
        """A hello as clients in the field say it."""
        member, timestamp = self.member, self.member.timestamp()
        text = canonical.hello_v1(member.mesh_id, member.member_id, member.keys.public, timestamp)
        return {**self._fields(timestamp), "signature": sign(text, member.keys.secret)}

    def hello_v2(self, nonce: str) -> dict[str, Any]:
        """A hello for the socket welcomed with `nonce`, with every client capability."""
        member, timestamp = self.member, self.member.timestamp()
        text = canonical.hello_v2(
            member.mesh_id,
            member.member_id,
            member.keys.public,
            self.keys.public,
            self.session_id,
            nonce,
            timestamp,
        )
        return {
            **self._fields(timestamp),
            "protocolVersion": 2,
            "capabilities": V2_CAPABILITIES,
            "nonce": nonce,
            "signature": sign(text, member.keys.secret),
            "sessionSignature": sign(text, self.keys.secret),
        }

    def _fields(self, timestamp: int) -> dict[str, Any]:
        member = self.member
        return {
            "type": "hello",
            "meshId": member.mesh_id,
            "memberId": member.member_id,
            "pubkey": member.keys.public,
            "sessionPubkey": self.keys.public,
            "displayName": member.name,
            "sessionId": self.session_id,
            "pid": 1,
            "cwd": "/load",
            "timestamp": timestamp,
        }


def load_members(path: Path) -> list[LoadMember]:
    """Members from `{"members": [{meshId, memberId, name, pubkey, secretKey}]}`, keys in hex."""
    rows = json.loads(path.read_text())["members"]
    return [
        LoadMember(
            mesh_id=row["meshId"],
            member_id=row["memberId"],
            name=row["name"],
            keys=KeyPair(row["pubkey"], row["secretKey"]),
        )
        for row in rows
    ]
