"""Keeps this node's picture true without being told: rereads what other nodes may have changed."""

from claudemesh_wire.close_codes import CloseCode

from presence.acting import Acting
from presence.announcing import Announcer
from presence.clock import monotonic
from presence.core import Core
from presence.doorbell import Ring
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.removals import Removals
from presence.storage.pending import members_with_mail
from presence.storage.rosters import read_peer

STALE_AFTER = 5


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
        self._done_at = monotonic()

    def mesh_changed(self, mesh_id: str) -> None:
        """Members, roles, grants or policy were changed on this node."""
        self._tasks.start(self._refresh(mesh_id))
        self._doorbell.ring_roster(mesh_id)

    def presence_changed(self, mesh_id: str, presence_id: str) -> None:
        """A presence was changed in the database by this node, for example by a hook."""
        self._tasks.start(self._reread(presence_id))
        self._doorbell.ring_change(mesh_id, presence_id)

    def member_revoked(self, mesh_id: str, member_id: str) -> None:
        """A member was banned on this node, over whichever edge."""
        self._tasks.start(self._revoked(mesh_id, member_id))

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
            session.outbound.close(ring["code"], ring["reason"])
            self._hub.remove(session)
            session.peer.session = None

    async def _refresh(self, mesh_id: str) -> None:
        """Rereads a roster, and acts on bans that nobody rang for."""
        if self._rosters.loaded(mesh_id) is None:
            return
        roster = await self._rosters.refresh(mesh_id)
        here = {session.member_id for session in self._hub.in_mesh(mesh_id)}
        if roster is None:
            return
        for member_id in here:
            member = roster.members.get(member_id)
            if member is None or member.revoked:
                await self._removals.member_revoked(mesh_id, member_id)

    async def _revoked(self, mesh_id: str, member_id: str) -> None:
        await self._refresh(mesh_id)
        await self._removals.member_revoked(mesh_id, member_id)

    async def _reread(self, presence_id: str) -> None:
        """Another node changed what a session here says of itself."""
        session = self._hub.get(presence_id)
        if session is None:
            return
        fresh = await self._ledger.call(lambda: read_peer(presence_id, session.peer.member_key))
        if fresh is not None:
            names = ("status", "status_source", "status_at", "summary", "visible", "groups")
            self._acting.apply(session.peer, {name: getattr(fresh, name) for name in names})
