"""Members of a test mesh with their keys, and the hellos they sign. Talks to nobody."""

from dataclasses import dataclass, field
from typing import Any

from claudemesh_wire import canonical
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair, generate_keypair, sign

from presence.clock import millis


@dataclass(frozen=True)
class Identity:
    """A member's place in a mesh, with its secret key."""

    mesh_id: str
    member_id: str
    name: str
    keys: KeyPair

    @property
    def pubkey(self) -> str:
        """The member key."""
        return self.keys.public

    def hello_v1(self, session: "SessionKeys", **fields: Any) -> dict[str, Any]:
        """A version 1 hello; keyword arguments replace fields after signing."""
        timestamp = fields.pop("at", millis())
        text = canonical.hello_v1(self.mesh_id, self.member_id, self.pubkey, timestamp)
        return {
            **self._hello(session, timestamp),
            "sessionPubkey": session.keys.public,
            "signature": sign(text, self.keys.secret),
            **fields,
        }

    def hello_v2(self, session: "SessionKeys", nonce: str, **fields: Any) -> dict[str, Any]:
        """A version 2 hello for the socket that was welcomed with `nonce`."""
        timestamp = fields.pop("at", millis())
        text = canonical.hello_v2(
            self.mesh_id,
            self.member_id,
            self.pubkey,
            session.keys.public,
            session.session_id,
            nonce,
            timestamp,
        )
        return {
            **self._hello(session, timestamp),
            "sessionPubkey": session.keys.public,
            "protocolVersion": 2,
            "capabilities": ["client_ack", "receipts"],
            "nonce": nonce,
            "signature": sign(text, self.keys.secret),
            "sessionSignature": sign(text, session.keys.secret),
            **fields,
        }

    def _hello(self, session: "SessionKeys", timestamp: int) -> dict[str, Any]:
        return {
            "type": "hello",
            "meshId": self.mesh_id,
            "memberId": self.member_id,
            "pubkey": self.pubkey,
            "displayName": self.name,
            "sessionId": session.session_id,
            "pid": 1,
            "cwd": "/work",
            "timestamp": timestamp,
        }


@dataclass(frozen=True)
class SessionKeys:
    """What a client makes anew for a session."""

    session_id: str = field(default_factory=new_id)
    keys: KeyPair = field(default_factory=generate_keypair)
