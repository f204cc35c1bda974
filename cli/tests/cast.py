"""The people of the tests: a member key, a session key, and what they would write."""

from dataclasses import dataclass, field
from typing import Any

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.session.keys import key_of_epoch
from claudemesh_wire.boxes import encode_key, seal_direct, seal_group
from claudemesh_wire.broker import Push
from claudemesh_wire.fields import PeerInfo
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair, generate_keypair

MESH_ID = "mesh-1"
WHEN = "2030-01-01T00:00:00.000Z"
ROOT_KEY = bytes(range(32))


@dataclass
class Person:
    """A member and one session of theirs."""

    name: str
    member: KeyPair = field(default_factory=generate_keypair)
    session: KeyPair = field(default_factory=generate_keypair)

    def peer(self, **changes: Any) -> PeerInfo:
        """How this person's session is listed."""
        values: dict[str, Any] = {
            "pubkey": self.session.public,
            "member_pubkey": self.member.public,
            "display_name": self.name,
            "status": "idle",
            "summary": None,
            "groups": [],
            "session_id": f"session-{self.name}",
            "connected_at": WHEN,
            "role": "member",
            "status_source": "manual",
            "last_seen_at": WHEN,
            **changes,
        }
        return PeerInfo(**values)

    def writes(self, text: str, recipient: str, **changes: Any) -> Push:
        """A direct message from this person to a key, as the broker pushes it."""
        nonce, ciphertext = seal_direct(text.encode(), recipient, self.session.secret)
        return self.push(nonce, ciphertext, target_spec=recipient, encryption="box", **changes)

    def writes_group(self, text: str, target: str, **changes: Any) -> Push:
        """A group message from this person."""
        nonce, ciphertext = seal_group(
            text,
            key=key_of_epoch(entry_for(self, "ws://unused"), 0),
            mesh_id=MESH_ID,
            key_epoch=0,
            target_spec=target,
            member_secret=self.member.secret,
            member_pubkey=self.member.public,
        )
        return self.push(nonce, ciphertext, target_spec=target, encryption="group", **changes)

    def push(self, nonce: str, ciphertext: str, **changes: Any) -> Push:
        """Anything from this person."""
        values: dict[str, Any] = {
            "message_id": new_id(),
            "mesh_id": MESH_ID,
            "sender_pubkey": self.session.public,
            "sender_member_pubkey": self.member.public,
            "sender_name": self.name,
            "priority": "next",
            "nonce": nonce,
            "ciphertext": ciphertext,
            "created_at": WHEN,
            **changes,
        }
        return Push(**values)


def entry_for(person: Person, url: str) -> MeshEntry:
    """This person's membership, as the configuration keeps it."""
    return MeshEntry(
        mesh_id=MESH_ID,
        member_id=f"member-{person.name}",
        slug="team",
        name="Team",
        pubkey=person.member.public,
        secret_key=person.member.secret,
        broker_url=url,
        joined_at=WHEN,
        root_key=encode_key(ROOT_KEY),
    )
