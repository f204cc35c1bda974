"""Brings stored deliveries to the sockets of this node, and settles them when they are acked.

What does not fit, or must wait for a status, stays in the database and is read from there.
"""

import logging

from claudemesh_wire.errors import MeshError

from presence import metrics
from presence.clock import monotonic
from presence.core import Core
from presence.drafts import SettledState, Settlement
from presence.parcel import Parcel
from presence.receipts import Receipts
from presence.session import Session
from presence.storage.pending import Fetched, Room, count_again, fetch
from presence.storage.settlements import BEFORE

logger = logging.getLogger(__name__)


class Pusher:
    """Pushes parcels through the windows of sessions, in order, each at most once at a time."""

    def __init__(self, core: Core, *, receipts: Receipts) -> None:
        self._config = core.config
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._receipts = receipts
        self._tasks = core.tasks

    def deliver(self, mesh_id: str, parcels: list[Parcel]) -> None:
        """Pushes freshly stored parcels to the sessions of this node they are for."""
        roster = self._rosters.loaded(mesh_id)
        for parcel in parcels:
            if not parcel.address:
                self.nudge(parcel.member_id)
                continue
            peer = roster.peer_at(parcel.member_id, parcel.address) if roster else None
            if peer is not None and peer.session is not None:
                self._push_live(peer.session, parcel)

    def nudge(self, member_id: str) -> None:
        """Lets every listed session of a member here look for mail in the database."""
        for session in self._hub.of_member(member_id):
            self.refill(session)

    def refill(self, session: Session) -> None:
        """Reads pending mail for a session, oldest first, as much as its window takes."""
        if session.ephemeral:
            return
        if session.refilling:
            session.again = True
            return
        session.refilling = True
        self._tasks.start(self._refill(session))

    def settle(
        self, session: Session, parcel: Parcel, state: SettledState, reason: str = ""
    ) -> None:
        """Enters how far a pushed parcel has come, if that is further than before."""
        if parcel.state not in BEFORE[state]:
            return
        parcel.state = state
        self._ledger.settle(
            Settlement(parcel, state, lambda done: self._settled(session, done), reason)
        )

    async def repeat_overdue(self) -> None:
        """Pushes again what was not acked in time; gives up after so many attempts."""
        for session in self._hub:
            if session.starved and session.has_room():
                self.refill(session)
            overdue = session.window.overdue(self._config.ack_timeout_s)
            if overdue and session.confirms and not session.outbound.queued_bytes:
                await self._repeat(session, overdue)

    async def _repeat(self, session: Session, overdue: list[Parcel]) -> None:
        ids = [parcel.delivery_id for parcel in overdue]
        attempts = await self._ledger.call(lambda: count_again(ids, self._config.max_attempts))
        for parcel in overdue:
            attempt = attempts.get(parcel.delivery_id, 0)
            if not 0 < attempt <= self._config.max_attempts:
                self._forget(session, parcel, gave_up=attempt > 0)
            elif parcel.message.id in session.window:
                parcel.attempt = attempt
                session.push(parcel, None)
                metrics.redeliveries.inc()

    def _forget(self, session: Session, parcel: Parcel, *, gave_up: bool) -> None:
        session.window.settle(parcel.message.id)
        if gave_up:
            self._tell_given_up(parcel)

    def _tell_given_up(self, parcel: Parcel) -> None:
        metrics.dead_letters.labels("no_ack").inc()
        self._receipts.send(parcel, "undeliverable", "no_ack")

    def _push_live(self, session: Session, parcel: Parcel) -> None:
        if session.refilling:
            session.again = True
        elif not session.peer.admits(parcel.message.priority):
            return
        elif session.starved or not session.has_room():
            session.starved = True
        elif parcel.message.id not in session.window:
            self._push(session, parcel)

    def _push(self, session: Session, parcel: Parcel) -> None:
        received_at = parcel.message.received_at
        if session.confirms:
            session.push(parcel, None)
        else:
            session.push(parcel, lambda: self.settle(session, parcel, "delivered"))
        if received_at is not None:
            metrics.send_to_push.observe(monotonic() - received_at)

    async def _refill(self, session: Session) -> None:
        try:
            await self._refill_until_done(session)
        except MeshError as error:
            logger.warning("mail of %s waits: %s", session.peer.name, error.code)
            session.starved = True
        finally:
            session.refilling = False

    async def _refill_until_done(self, session: Session) -> None:
        while not session.outbound.closing:
            session.again = False
            session.starved = not session.has_room()
            if session.starved:
                return
            fetched = await self._fetch(session)
            for parcel in fetched.given_up:
                self._tell_given_up(parcel)
            for parcel in fetched.parcels:
                self._push(session, parcel)
            if not fetched.more and not session.again:
                return

    async def _fetch(self, session: Session) -> Fetched:
        """Reads mail; what the thread needs of the session is taken here, for it goes on."""
        peer, window = session.peer, session.window
        room = Room(
            limit=len(window) + window.room(),
            max_bytes=window.room_bytes(),
            in_flight=window.delivery_ids(),
            max_attempts=self._config.max_attempts,
        )
        only_now = peer.status != "idle"
        return await self._ledger.call(
            lambda: fetch(
                member_id=peer.member_id, address=peer.address, only_now=only_now, room=room
            )
        )

    def _settled(self, session: Session, settlement: Settlement) -> None:
        session.window.settle(settlement.parcel.message.id)
        self._receipts.send(settlement.parcel, settlement.state, settlement.reason)
        if session.starved and session.window.is_half_empty():
            session.starved = False
            self.refill(session)
