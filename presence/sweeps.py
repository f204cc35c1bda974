"""What happens by the clock: heartbeats, leases, fallbacks, expiry, pruning, slow readers."""

import os
import socket
from datetime import datetime, timedelta

from presence import metrics
from presence.acting import Acting
from presence.clock import now
from presence.core import Core
from presence.goings import Goings
from presence.parcel import Parcel
from presence.peer import Peer
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.statuses import StatusRecord, decide
from presence.storage import sweeping
from presence.storage.hooks import take_pending
from presence.storage.presences import beat, count_nodes, leave
from presence.storage.removing import presences_of_unwelcome
from presence.storage.revocations import withdraw_leftovers
from presence.storage.rosters import peer_from_row

TICK_S = 1.0
LEASE_SWEEP_S = 2.0
PRUNE_S = 60.0
BANNED_S = 10.0
MAX_PRUNE_ROUNDS = 50


class Sweeps:
    """The periodic work of a node. What concerns all nodes runs on one at a time."""

    def __init__(
        self, core: Core, *, pusher: Pusher, receipts: Receipts, acting: Acting, goings: Goings
    ) -> None:
        self._config = core.config
        self._node_id = core.node_id
        self._hub = core.hub
        self._ledger = core.ledger
        self._pusher = pusher
        self._receipts = receipts
        self._acting = acting
        self._goings = goings
        self._started_at = now()

    async def heartbeat(self) -> None:
        """Says that this node lives, and counts those that do."""
        node_id, hostname, pid = self._node_id, socket.gethostname(), os.getpid()
        await self._ledger.call(lambda: beat(node_id, hostname, pid, self._started_at))
        metrics.nodes.set(await self._ledger.call(lambda: count_nodes(self._silent_since())))

    async def leave(self) -> None:
        """Says that this node stops; its sessions have their lease to come back elsewhere."""
        until = now() + timedelta(seconds=self._config.presence_lease_s)
        await self._ledger.call(lambda: leave(self._node_id, until))

    async def tick(self) -> None:
        """Every second: unread sockets, missing acks, stuck `working`."""
        for session in self._hub:
            if session.outbound.stuck_for() > self._config.slow_consumer_s:
                session.outbound.abort()
        await self._pusher.repeat_overdue()
        await self._fall_back()
        await self._late_hooks()

    async def leases(self) -> None:
        """Ends presences whose lease ran out, and buries nodes that fell silent."""
        ran_out = await self._ledger.call(self._leases_run_out)
        if ran_out:
            await self._goings.end(ran_out, "timeout")

    async def banned(self) -> None:
        """Finishes bans and suspensions whose node died between the commit and the rest."""
        left = await self._ledger.call(self._left_of_unwelcome)
        if left:
            await self._goings.end(left, "removed")
        while withdrawn := await self._ledger.call(withdraw_leftovers):
            for parcel in withdrawn:
                self._receipts.send(parcel, "undeliverable", "revoked")

    async def prune(self) -> None:
        """Expires what nobody fetched, deletes what is long settled."""
        for _ in range(MAX_PRUNE_ROUNDS):
            if not await self._prune_some():
                return

    async def _prune_some(self) -> bool:
        expired, pruned = await self._ledger.call(self._expire_and_prune)
        metrics.ttl_sweeps.inc()
        for parcel in expired:
            metrics.dead_letters.labels("expired").inc()
            self._receipts.send(parcel, "expired", "ttl")
        return len(expired) >= sweeping.BATCH or pruned >= sweeping.BATCH

    def _expire_and_prune(self) -> tuple[list[Parcel], int]:
        if not sweeping.try_lock():
            return [], 0
        sweeping.forget_the_brief()
        older_than = now() - timedelta(seconds=self._config.settled_retention_s)
        pruned = sweeping.prune_settled(older_than=older_than)
        return sweeping.expire_messages(), pruned  # locks audit logs, so it comes last

    def _leases_run_out(self) -> list[Peer]:
        if not sweeping.try_lock():
            return []
        sweeping.bury_dead_nodes(
            silent_since=self._silent_since(), lease_s=self._config.presence_lease_s
        )
        return [peer_from_row(row, row.member.pubkey) for row in sweeping.leases_run_out()]

    def _left_of_unwelcome(self) -> list[Peer]:
        return presences_of_unwelcome(sweeping.BATCH) if sweeping.try_lock() else []

    def _silent_since(self) -> datetime:
        return now() - timedelta(seconds=self._config.node_lease_s)

    async def _fall_back(self) -> None:
        """`working` that nobody confirmed for a minute was forgotten by its hook."""
        limit = now() - timedelta(seconds=self._config.working_timeout_s)
        for session in self._hub:
            peer = session.peer
            if peer.status == "working" and peer.status_at < limit and not session.ephemeral:
                await self._acting.change(
                    peer, status="idle", status_source="inferred", status_at=now()
                )

    async def _late_hooks(self) -> None:
        """Hooks stored while the hello they waited for was being stored: neither saw the other."""
        sessions = {s.peer.presence_id: s for s in self._hub if not s.ephemeral}
        peers = [session.peer for session in sessions.values()]
        if not peers:
            return
        for presence_id, status in (await self._ledger.call(lambda: take_pending(peers))).items():
            peer = sessions[presence_id].peer
            said = StatusRecord(status, "hook", now())
            current = StatusRecord(peer.status, peer.status_source, peer.status_at)
            if decide(current, said) is said:
                await self._acting.change(
                    peer, status=said.status, status_source=said.source, status_at=said.at
                )
