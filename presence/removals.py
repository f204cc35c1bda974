"""Takes peers off the mesh at somebody's word: presences ended, sockets closed everywhere."""

from datetime import timedelta

from claudemesh_wire.close_codes import CloseCode
from claudemesh_wire.errors import MeshError

from presence.clock import now
from presence.core import Core
from presence.goings import Goings
from presence.parcel import Parcel
from presence.peer import Peer
from presence.receipts import Receipts
from presence.roster import MemberView, Roster
from presence.session import Session
from presence.storage.removing import How, take_off, take_off_member, was_kicked
from presence.storage.revocations import withdraw

MAX_OVERTAKEN = 1_000


class Removals:
    """Disconnecting, kicking and banning differ in the close code and in what is stored."""

    def __init__(self, core: Core, *, goings: Goings, receipts: Receipts) -> None:
        self._config = core.config
        self._node_id = core.node_id
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._goings = goings
        self._receipts = receipts
        self._doorbell = core.doorbell
        self._overtaken: dict[str, CloseCode] = {}

    async def remove(
        self,
        peers: list[Peer],
        code: CloseCode,
        reason: str,
        *,
        by_member_id: str = "",
        by_account: bool = False,
        how: How = "one",
    ) -> list[str]:
        """Ends presences, on whichever node their sockets are; the names of those it ended.

        Stored first: if the database is away nobody is touched. On behalf of a manager, or of
        the broker itself (""). Raises MeshError `forbidden`, `device_revoked`, `unavailable`.
        """
        until = now() + timedelta(seconds=self._config.presence_lease_s)
        untold_until = until if code == CloseCode.KICKED else None
        taken = await self._ledger.call(
            lambda: take_off(
                peers,
                by_member_id=by_member_id,
                by_account=by_account,
                how=how,
                node_id=self._node_id,
                untold_until=untold_until,
            )
        )
        known = {peer.presence_id: peer for peer in [*taken.peers, *peers]}
        for peer in known.values():
            self._close(peer, code, reason)
        self._goings.ended(
            taken.peers, taken.ended, "disconnected" if code == CloseCode.DONE else "removed"
        )
        return [peer.name for peer in taken.peers]

    async def member_out(self, mesh_id: str, member_id: str) -> None:
        """After a ban or a suspension: sockets closed, presences ended; after a ban mail withdrawn.

        Sockets of other nodes are closed by those when they reread the roster. Nothing is done
        for a member that the roster knows to be back.
        """
        roster = self._rosters.loaded(mesh_id)
        member = roster.members.get(member_id) if roster else None
        if roster is not None and member is not None and member.welcome:
            return
        closed = self._hub.of_member(member_id)
        code, reason = _farewell(roster, member)
        for session in closed:
            self.close_here(session, code, reason)
        peers = [session.peer for session in closed]
        taken = await self._ledger.call(lambda: take_off_member(member_id, peers))
        self._goings.ended(taken.peers, taken.ended, "removed")
        self._goings.drop_unused(mesh_id)
        await self._withdraw_mail(member_id)

    def close_here(self, session: Session, code: int, reason: str) -> None:
        """Takes a session off this node; what it still says is not heard."""
        session.outbound.cut(code, reason)
        self._hub.remove(session)
        session.peer.session = None

    async def close_told(self, session: Session, code: int, reason: str) -> None:
        """Another node ended the presence of a session here and rang for it."""
        self.close_here(session, code, reason)
        self._goings.drop_unused(session.mesh_id)
        if code == CloseCode.KICKED:
            await self._ledger.call(lambda: was_kicked(session.peer.presence_id))

    async def close_lost(self, session: Session) -> None:
        """The presence of a session here is gone: another node ended it and its ring was lost."""
        presence_id = session.peer.presence_id
        kicked = await self._ledger.call(lambda: was_kicked(presence_id))
        if kicked:
            self.close_here(session, CloseCode.KICKED, "kicked")
        else:
            self.close_here(session, CloseCode.DONE, "session_ended")
        self._goings.drop_unused(session.mesh_id)

    async def check_welcome(self, peer: Peer) -> None:
        """Of a session that was admitted and is not listed yet: was it removed in between?

        Raises MeshError `revoked`, `device_revoked`, `kicked`, or `unavailable` (come again) for a
        disconnect.
        """
        roster = self._rosters.loaded(peer.mesh_id)
        member = roster.members.get(peer.member_id) if roster else None
        if roster is not None and (member is None or not member.welcome):
            taken = await self._ledger.call(lambda: take_off_member(peer.member_id, [peer]))
            self._goings.settle_mail(taken.ended)
            if member is not None and not member.revoked:
                raise MeshError("device_revoked")
            raise MeshError("revoked", removed_sentence(roster.mesh.name))
        code = self._overtaken.pop(peer.presence_id, None)
        if code is not None:
            raise MeshError("kicked" if code == CloseCode.KICKED else "unavailable")

    def _close(self, peer: Peer, code: CloseCode, reason: str) -> None:
        """The socket of a peer that has been ended, here or elsewhere."""
        roster = self._rosters.loaded(peer.mesh_id)
        if roster is not None:
            roster.remove(peer.presence_id)
        session = self._hub.get(peer.presence_id)
        if session is not None:
            self.close_here(session, code, reason)
        elif peer.node_id != self._node_id:
            self._doorbell.ring_close(peer.mesh_id, peer.presence_id, code, reason)
        elif peer.connected:
            self._overtaken[peer.presence_id] = code
            if len(self._overtaken) > MAX_OVERTAKEN:
                del self._overtaken[next(iter(self._overtaken))]

    async def _withdraw_mail(self, member_id: str) -> None:
        while withdrawn := await self._ledger.call(lambda: withdraw([member_id])):
            self.tell_senders(withdrawn)

    def tell_senders(self, withdrawn: list[Parcel]) -> None:
        """Receipts for mail that was on its way from or to a banned member."""
        for parcel in withdrawn:
            self._receipts.send(parcel, "undeliverable", "revoked")


def _farewell(roster: Roster | None, member: MemberView | None) -> tuple[CloseCode, str]:
    """How the socket of a member that is out is closed."""
    if member is not None and not member.revoked:
        return CloseCode.KICKED, "device_revoked"
    name = roster.mesh.name if roster else ""
    if member is not None and member.vacant:
        return CloseCode.BANNED, f'You have left "{name}". A new invitation brings you back.'
    return CloseCode.BANNED, removed_sentence(name)


def removed_sentence(mesh_name: str) -> str:
    """What somebody who was banned reads; older clients print it from the close reason."""
    return f'You\'ve been removed from "{mesh_name}". Contact the mesh owner to rejoin.'
