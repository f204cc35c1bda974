"""Tells the other members of a mesh that a peer came, came back or left."""

from collections.abc import Collection
from typing import Any

from claudemesh_wire.broker import Push
from claudemesh_wire.codec import encode
from msgspec import to_builtins

from presence.clock import iso, now
from presence.core import Core
from presence.frames import TextFrame
from presence.peer import Peer
from presence.session import Session


class Announcer:
    """Peer events go to other members only, on every node, and never about hidden peers."""

    def __init__(self, core: Core) -> None:
        self._hub = core.hub
        self._doorbell = core.doorbell

    def joined(self, peer: Peer) -> None:
        """A member that was not here before."""
        self._announce("peer_joined", peer, {})

    def returned(self, peer: Peer, *, last_seen_at: str, summary: str | None) -> None:
        """A member that was here before, with what it was doing."""
        self._announce("peer_returned", peer, {"lastSeenAt": last_seen_at, "summary": summary})

    def left(self, peer: Peer, reason: str) -> None:
        """A peer is gone for good."""
        self._announce("peer_left", peer, {"reason": reason})

    def tell(
        self,
        mesh_id: str,
        *,
        not_members: Collection[str],
        text: str,
        but: Session | None = None,
    ) -> None:
        """Hands a ready frame to every session of the mesh, on every node, with exceptions."""
        self.pass_on(mesh_id, not_members=not_members, text=text, but=but)
        self._doorbell.ring_event(mesh_id, not_members=not_members, text=text)

    def pass_on(
        self,
        mesh_id: str,
        *,
        not_members: Collection[str],
        text: str,
        but: Session | None = None,
    ) -> None:
        """Hands a ready frame to every session here but those of some members, and one more."""
        frame = TextFrame(text)
        for session in self._hub.in_mesh(mesh_id):
            left_out = session.ephemeral or session is but or session.member_id in not_members
            if not left_out:
                session.outbound.put(frame)

    def _announce(self, event: str, peer: Peer, more: dict[str, Any]) -> None:
        if not peer.visible:
            return
        data = {"name": peer.name, "pubkey": peer.key, "groups": to_builtins(peer.groups)}
        text = encode(
            Push(
                message_id="",
                mesh_id=peer.mesh_id,
                sender_pubkey="system",
                priority="low",
                nonce="",
                ciphertext="",
                created_at=iso(now()),
                subtype="system",
                event=event,
                event_data=data | more,
            )
        )
        self.tell(peer.mesh_id, not_members=[peer.member_id], text=text)
