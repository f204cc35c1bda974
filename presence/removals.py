"""Takes peers off the mesh at somebody's word: sockets closed everywhere, presences ended."""

from claudemesh_wire.close_codes import CloseCode

from presence.core import Core
from presence.goings import Goings
from presence.peer import Peer
from presence.receipts import Receipts
from presence.storage.revocations import withdraw


class Removals:
    """Disconnecting, kicking and banning differ in the close code and in what is stored."""

    def __init__(self, core: Core, *, goings: Goings, receipts: Receipts) -> None:
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._goings = goings
        self._receipts = receipts
        self._doorbell = core.doorbell

    async def remove(self, peers: list[Peer], code: CloseCode, reason: str) -> None:
        """Ends presences at once, on whichever node their sockets are."""
        for peer in peers:
            session, peer.session = peer.session, None
            if session is not None:
                self._hub.remove(session)
                session.outbound.close(code, reason)
            else:
                self._doorbell.ring_close(peer.mesh_id, peer.presence_id, code, reason)
        await self._goings.end(peers, "removed" if code != CloseCode.DONE else "disconnected")

    async def member_revoked(self, mesh_id: str, member_id: str) -> None:
        """After a ban was committed: sockets closed, mail from and to the member withdrawn."""
        roster = self._rosters.loaded(mesh_id)
        if roster is not None:
            sentence = removed_sentence(roster.mesh.name)
            self._close_unlisted(member_id, sentence)
            await self.remove(roster.peers_of(member_id), CloseCode.BANNED, sentence)
        for parcel in await self._ledger.call(lambda: withdraw(member_id)):
            self._receipts.send(parcel, "undeliverable", "revoked")

    def _close_unlisted(self, member_id: str, sentence: str) -> None:
        """One-shot sessions are on no list, but they go too."""
        for session in self._hub.of_member(member_id):
            if session.ephemeral:
                session.outbound.close(CloseCode.BANNED, sentence)


def removed_sentence(mesh_name: str) -> str:
    """What somebody who was banned reads; older clients print it from the close reason."""
    return f'You\'ve been removed from "{mesh_name}". Contact the mesh owner to rejoin.'
