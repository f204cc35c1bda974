"""Which presence a session speaks for, and changes to what a presence says of itself."""

from typing import Any

from claudemesh_wire.errors import MeshError
from msgspec import structs

from presence.core import Core
from presence.peer import Peer
from presence.pushing import Pusher
from presence.session import Session
from presence.storage.presences import update_presence
from presence.storage.rosters import groups_to


class Acting:
    """A listed session speaks for itself, a one-shot command for a listed session of its member."""

    def __init__(self, core: Core, *, pusher: Pusher) -> None:
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._pusher = pusher
        self._doorbell = core.doorbell

    def peer(self, session: Session) -> Peer:
        """The presence meant. Raises MeshError `not_found`, `ambiguous`.

        For a one-shot command: the member's session of the same session id, else its only one.
        """
        if not session.ephemeral:
            return session.peer
        roster = self._rosters.loaded(session.mesh_id)
        peers = roster.peers_of(session.member_id) if roster else []
        named = [p for p in peers if p.session_id == session.peer.session_id and p.connected]
        candidates = named or [p for p in peers if p.connected]
        if not candidates:
            raise MeshError("not_found", "You have no session on this mesh; start one first.")
        if len(candidates) > 1:
            names = [f"{p.name} ({p.session_id})" for p in candidates]
            raise MeshError("ambiguous", "Several sessions of yours match.", candidates=names)
        return candidates[0]

    def touch(self, session: Session) -> None:
        """A sign of life: a one-shot command is one of the session it runs in, too."""
        session.touch()
        roster = self._rosters.loaded(session.mesh_id) if session.ephemeral else None
        for peer in roster.peers_of(session.member_id) if roster else ():
            if peer.session_id == session.peer.session_id and peer.session is not None:
                peer.session.touch()

    async def change(self, peer: Peer, **fields: Any) -> None:
        """Changes a presence in memory, in the database and on the node that has its socket."""
        stored = {name: _stored(name, value) for name, value in fields.items()}
        await self._ledger.call(lambda: update_presence(peer.presence_id, stored))
        self.apply(peer, fields)
        if peer.session is None:
            self._doorbell.ring_change(peer.mesh_id, peer.presence_id)
        else:
            self._doorbell.ring_roster(peer.mesh_id)

    def apply(self, peer: Peer, fields: dict[str, Any]) -> None:
        """Takes changed fields; a peer that has turned idle is given what waited for it."""
        turned_idle = fields.get("status") == "idle" and peer.status != "idle"
        for name, value in fields.items():
            setattr(peer, name, value)
        if turned_idle and peer.session is not None:
            self._pusher.refill(peer.session)


def _stored(name: str, value: Any) -> Any:
    if name == "groups":
        return groups_to(value)
    if name == "stats":
        return structs.asdict(value)
    return value
