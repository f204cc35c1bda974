"""A session goes: into its lease when the line dropped, for good when it said so or was told to."""

from datetime import timedelta

from presence.announcing import Announcer
from presence.clock import now
from presence.coalescing import Coalescer
from presence.core import Core
from presence.peer import Peer
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.session import Session
from presence.storage.departures import Ended, end, settle_strays, start_leases

#: Close codes of a client that says goodbye (RFC 6455, section 7.4.1; 1005: none given).
CLEAN = frozenset({1000, 1001, 1005})


class Goings:
    """Takes sessions off this node and presences off the mesh."""

    def __init__(
        self, core: Core, *, pusher: Pusher, receipts: Receipts, announcer: Announcer
    ) -> None:
        self._config = core.config
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._pusher = pusher
        self._receipts = receipts
        self._announcer = announcer
        self._doorbell = core.doorbell
        self._leaving: Coalescer[Peer] = Coalescer(
            core.tasks, lambda peers: self.end(peers, "left")
        )
        self._dropped = Coalescer(core.tasks, self._start_leases)
        self.stopping = False
        core.rosters.on_gone = Coalescer(core.tasks, self._settle_strays).add

    def socket_gone(self, session: Session, *, clean: bool) -> None:
        """The socket of a session is closed. Does nothing if the session was replaced.

        While the node stops, all its presences go into their lease at once (`Sweeps.leave`).
        """
        if not self._hub.remove(session):
            return
        peer = session.peer
        peer.session = None
        if session.ephemeral or self.stopping:
            self.drop_unused(peer.mesh_id)
        elif clean:
            self._leaving.add(peer)
        else:
            peer.lease_expires_at = now() + timedelta(seconds=self._config.presence_lease_s)
            self._dropped.add(peer)

    async def end(self, peers: list[Peer], reason: str) -> None:
        """Ends presences for good: unlists them, settles their mail, tells the others."""
        for peer in peers:
            roster = self._rosters.loaded(peer.mesh_id)
            if roster is not None:
                roster.remove(peer.presence_id)
        last_seen = {peer.presence_id: peer.last_seen_at for peer in peers}
        ended = await self._ledger.call(lambda: end(last_seen))
        self.ended(peers, ended, reason)

    def ended(self, peers: list[Peer], ended: list[Ended], reason: str) -> None:
        """After presences were taken out of the database: unlisted here, the others told."""
        gone = {one.presence_id for one in ended}
        for peer in peers:
            roster = self._rosters.loaded(peer.mesh_id)
            if roster is not None:
                roster.remove(peer.presence_id)
                roster.remember_groups(peer)
            if peer.presence_id in gone:
                self._announcer.left(peer, reason)
                self._doorbell.ring_roster(peer.mesh_id)
        self.settle_mail(ended)
        for mesh_id in {peer.mesh_id for peer in peers}:
            self.drop_unused(mesh_id)

    def settle_mail(self, ended: list[Ended]) -> None:
        """Tells senders of what died with a presence, and members of what waits for them."""
        for one in ended:
            for parcel in one.undeliverable:
                self._receipts.send(parcel, "undeliverable", "session_gone")
            if one.moved:
                self._pusher.nudge(one.member_id)
                self._doorbell.ring_mail(one.mesh_id, [one.member_id])

    async def _settle_strays(self, peers: list[Peer]) -> None:
        """Mail this node stored for peers of other nodes before it heard that they had gone."""
        addresses = {(peer.member_id, peer.address) for peer in peers}
        self.settle_mail(await self._ledger.call(lambda: settle_strays(addresses)))

    async def _start_leases(self, peers: list[Peer]) -> None:
        last_seen = {peer.presence_id: peer.last_seen_at for peer in peers}
        lease_s = self._config.presence_lease_s
        await self._ledger.call(lambda: start_leases(last_seen, lease_s=lease_s))
        for mesh_id in {peer.mesh_id for peer in peers}:
            self._doorbell.ring_roster(mesh_id)
            self.drop_unused(mesh_id)

    def drop_unused(self, mesh_id: str) -> None:
        """A roster without sessions here is not kept up to date, so it is forgotten."""
        if not self._hub.expects(mesh_id):
            self._rosters.drop(mesh_id)
            self._doorbell.unsubscribe(mesh_id)
