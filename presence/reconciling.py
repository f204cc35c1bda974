"""Keeps this node's picture true without being told: rereads what other nodes may have changed."""

from datetime import datetime, timedelta

from claudemesh_wire.close_codes import CloseCode

from presence.acting import Acting
from presence.announcing import Announcer
from presence.clock import monotonic
from presence.core import Core
from presence.doorbell import Ring
from presence.peer import Peer
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.removals import Removals
from presence.storage.pending import members_with_mail
from presence.storage.removing import note_seen
from presence.storage.rosters import read_peer

STALE_AFTER = 5
NOTE_SEEN_S = 30.0
STATUS_FIELDS = ("status", "status_source", "status_at")
SAID_FIELDS = (*STATUS_FIELDS, "summary", "visible", "groups")


class Reconciler:
    """Answers rings of other nodes, and every few seconds does without them."""

    def __init__(
        self,
        core: Core,
        *,
        pusher: Pusher,
        receipts: Receipts,
        announcer: Announcer,
        acting: Acting,
        removals: Removals,
    ) -> None:
        self._config = core.config
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._pusher = pusher
        self._receipts = receipts
        self._announcer = announcer
        self._acting = acting
        self._removals = removals
        self._doorbell = core.doorbell
        self._tasks = core.tasks
        self._done_at = monotonic()
        self._noted: dict[str, datetime] = {}
        core.rosters.on_own = self._compare

    def is_stale(self) -> bool:
        """True if other nodes could not be looked at for several rounds."""
        limit = STALE_AFTER * self._config.reconcile_s
        return self._doorbell.enabled and monotonic() - self._done_at > limit

    async def run(self) -> None:
        """One round: rosters, and mail for the members connected here."""
        if not self._doorbell.enabled:
            return
        for mesh_id in self._rosters.mesh_ids():
            await self._refresh(mesh_id)
        members = list({session.member_id for session in self._hub})
        for member_id in await self._ledger.call(lambda: members_with_mail(members)):
            self._pusher.nudge(member_id)
        await self._note_seen()
        self._done_at = monotonic()

    def last_sign_of(self, peer: Peer) -> datetime:
        """When a peer last gave a sign of life; for those of other nodes the latest it can be."""
        if peer.session is not None or not peer.connected:
            return peer.last_seen_at
        return peer.last_seen_at + timedelta(seconds=NOTE_SEEN_S + 2 * self._config.reconcile_s)

    def mesh_changed(self, mesh_id: str) -> None:
        """Members, roles, grants or policy were changed on this node."""
        self._tasks.start(self._refresh(mesh_id))
        self._doorbell.ring_roster(mesh_id)

    def presence_changed(self, mesh_id: str, presence_id: str) -> None:
        """A presence was changed in the database by this node, for example by a hook."""
        self._tasks.start(self._reread(presence_id))
        self._doorbell.ring_change(mesh_id, presence_id)

    def member_out(self, mesh_id: str, member_id: str) -> None:
        """A member was banned or suspended on this node, over whichever edge."""
        self._tasks.start(self._out(mesh_id, member_id))

    def mesh_archived(self, mesh_id: str) -> None:
        """The mesh was closed on this node: every socket of it goes, here and elsewhere."""
        self._close_mesh(mesh_id)
        self._doorbell.ring_archived(mesh_id)

    def answer(self, ring: Ring) -> None:
        """Does what another node rang for."""
        mesh_id, kind = ring["mesh"], ring["kind"]
        if kind == "mail":
            for member_id in ring["members"]:
                self._pusher.nudge(member_id)
        elif kind == "roster":
            self._tasks.start(self._refresh(mesh_id))
        elif kind == "event":
            self._announcer.pass_on(mesh_id, not_members=ring["not_members"], text=ring["text"])
        elif kind == "receipt":
            self._receipts.pass_on(ring["member"], ring["session_key"], ring["text"])
        elif kind == "close":
            self._close(ring)
        elif kind == "archived":
            self._close_mesh(mesh_id)
        elif kind == "change":
            self._tasks.start(self._reread(ring["presence"]))

    def _close_mesh(self, mesh_id: str) -> None:
        for session in self._hub.in_mesh(mesh_id):
            session.outbound.close(CloseCode.REFUSED, "unauthorized")

    def _close(self, ring: Ring) -> None:
        session = self._hub.get(ring["presence"])
        if session is not None:
            self._tasks.start(self._removals.close_told(session, ring["code"], ring["reason"]))

    async def _refresh(self, mesh_id: str) -> None:
        """Rereads a roster, and acts on what nobody rang for: removals, the mesh's end."""
        if self._rosters.loaded(mesh_id) is None:
            return
        roster = await self._rosters.refresh(mesh_id)
        if roster is None or roster.mesh.archived:
            self._close_mesh(mesh_id)
            return
        for member_id in {session.member_id for session in self._hub.in_mesh(mesh_id)}:
            member = roster.members.get(member_id)
            if member is None or not member.welcome:
                await self._removals.member_out(mesh_id, member_id)

    async def _out(self, mesh_id: str, member_id: str) -> None:
        await self._refresh(mesh_id)
        await self._removals.member_out(mesh_id, member_id)

    def _compare(self, peer: Peer, read: Peer | None) -> None:
        """What the database says of a session here; its rings may have been lost."""
        if peer.session is None:
            return
        if read is None:
            self._tasks.start(self._removals.close_lost(peer.session))
        elif read.status_at > peer.status_at:
            self._acting.apply(peer, {name: getattr(read, name) for name in STATUS_FIELDS})

    async def _note_seen(self) -> None:
        """Lets the other nodes read who gave a sign of life lately."""
        here = {session.peer.presence_id: session.peer for session in self._hub}
        news = {
            presence_id: peer.last_seen_at
            for presence_id, peer in here.items()
            if (peer.last_seen_at - self._noted.get(presence_id, peer.connected_at)).total_seconds()
            > NOTE_SEEN_S
        }
        self._noted = {i: at for i, at in (self._noted | news).items() if i in here}
        if news:
            await self._ledger.call(lambda: note_seen(news))

    async def _reread(self, presence_id: str) -> None:
        """Another node changed what a session here says of itself."""
        session = self._hub.get(presence_id)
        if session is None:
            return
        fresh = await self._ledger.call(lambda: read_peer(presence_id, session.peer.member_key))
        if fresh is not None:
            seen = max(session.peer.last_seen_at, fresh.last_seen_at)
            said = {name: getattr(fresh, name) for name in SAID_FIELDS}
            self._acting.apply(session.peer, said | {"last_seen_at": seen})
