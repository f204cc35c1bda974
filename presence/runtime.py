"""The realtime core of one process, put together; everything a handler may use hangs on it."""

import asyncio
import logging

from claudemesh_wire.ids import new_id

from presence.acting import Acting
from presence.announcing import Announcer
from presence.auditing import LOOK_EVERY_S as AUDIT_LOOK_S
from presence.auditing import Auditing
from presence.comings import Comings
from presence.config import Config
from presence.core import Core
from presence.doorbell import Doorbell
from presence.doorstep import Doorstep
from presence.goings import Goings
from presence.hub import Hub
from presence.ledger import Ledger
from presence.limits import TokenBuckets
from presence.mailing import EVERY_S as MAILING_S
from presence.mailing import Mailing
from presence.outgoing import Outgoing
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.reconciling import Reconciler
from presence.registry import Rosters
from presence.reminding import EVERY_S as REMINDERS_S
from presence.reminding import Reminding
from presence.removals import Removals
from presence.storage.thread import DatabaseThread
from presence.sweeps import BANNED_S, LEASE_SWEEP_S, PRUNE_S, TICK_S, Sweeps
from presence.tasks import Tasks
from presence.watching import Watching

logger = logging.getLogger(__name__)

CLOSE_S = 2.0


class Runtime:
    """One a process. `start` and `drain` run on the event loop that serves the sockets."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.node_id = new_id()
        self.draining = False
        self.loop: asyncio.AbstractEventLoop | None = None
        self.tasks = Tasks()
        self._thread = DatabaseThread()
        self.ledger = Ledger(
            self._thread,
            max_entries=config.ledger_max_backlog,
            max_bytes=config.ledger_max_bytes,
        )
        self.hub = Hub(
            per_mesh=config.max_sessions_per_mesh, per_member=config.max_sessions_per_member
        )
        self.doorstep = Doorstep(
            at_once=config.max_unauthenticated, per_address=config.max_unauthenticated_per_address
        )
        self._make_limits(config)
        self.doorbell = Doorbell(self.node_id, self.tasks)
        self.rosters = Rosters(self.ledger, self.node_id, on_load=self.doorbell.subscribe)
        core = Core(
            config, self.node_id, self.hub, self.rosters, self.ledger, self.doorbell, self.tasks
        )
        self.receipts = receipts = Receipts(core)
        self.announcer = announcer = Announcer(core)
        self.pusher = pusher = Pusher(core, receipts=receipts)
        self.outgoing = Outgoing(core, pusher=pusher)
        self.reminding = Reminding(core, pusher=pusher)
        self.acting = Acting(core, pusher=pusher)
        self.goings = goings = Goings(core, pusher=pusher, receipts=receipts, announcer=announcer)
        self.auditing = Auditing(lambda: self.draining)
        self.mailing = Mailing(self.ledger, lambda: self.draining)
        self.removals = Removals(core, goings=goings, receipts=receipts)
        self.comings = Comings(
            core,
            pusher=pusher,
            receipts=receipts,
            announcer=announcer,
            removals=self.removals,
        )
        self.reconciler = Reconciler(
            core,
            pusher=pusher,
            receipts=receipts,
            announcer=announcer,
            acting=self.acting,
            removals=self.removals,
        )
        self.sweeps = Sweeps(
            core, pusher=pusher, receipts=receipts, acting=self.acting, goings=goings
        )
        self.watching = Watching(self.tasks)
        self.doorbell.on_change = self.watching.nudge

    def _make_limits(self, config: Config) -> None:
        self.send_limit = TokenBuckets(per_minute=config.sends_per_minute, burst=config.send_burst)
        self.request_limit = TokenBuckets(
            per_minute=config.requests_per_minute, burst=config.request_burst
        )
        self.shared_limit = TokenBuckets(
            per_minute=config.shared_per_minute, burst=config.shared_burst
        )
        self.hello_limit = TokenBuckets(
            per_minute=config.hellos_per_minute, burst=config.hello_burst
        )

    async def start(self) -> None:
        """Announces the node and starts the periodic work. Raises if the database is away."""
        self.loop = asyncio.get_running_loop()
        await self.sweeps.heartbeat()
        await self.sweeps.leases()
        self.doorbell.on_ring = self.reconciler.answer
        if self.doorbell.enabled:
            self.tasks.start(self.doorbell.listen())
        self.tasks.every(self.config.node_heartbeat_s, self.sweeps.heartbeat)
        self.tasks.every(self.config.reconcile_s, self.reconciler.run)
        self.tasks.every(TICK_S, self.sweeps.tick)
        self.tasks.every(LEASE_SWEEP_S, self.sweeps.leases)
        self.tasks.every(PRUNE_S, self.sweeps.prune)
        self.tasks.every(BANNED_S, self.sweeps.banned)
        self.tasks.every(REMINDERS_S, self.reminding.fire_due)
        self.tasks.every(AUDIT_LOOK_S, self.auditing.sign_due)
        self.tasks.every(MAILING_S, self.mailing.warn_expiring)

    async def drain(self) -> None:
        """Stops in order: what was taken is stored and answered, then sockets are told to go."""
        self.draining = True
        self.watching.stop()
        await self.ledger.flush()
        self.goings.stopping = True
        for session in self.hub:
            session.outbound.close(1001, "broker going away")
        await self.hub.wait_until_empty(CLOSE_S)
        await self.tasks.stop()
        await self.ledger.flush()
        await self.sweeps.leave()
        await self._thread.close()
        await self.watching.close()


_current: Runtime | None = None


def current() -> Runtime:
    """The runtime of this process, made on first use."""
    global _current
    if _current is None:
        _current = Runtime(Config.from_settings())
    return _current


def current_if_any() -> Runtime | None:
    """The runtime of this process, if it serves sockets."""
    return _current


def presence_changed(mesh_id: str, presence_id: str) -> None:
    """Another thread has changed what a presence says of itself, and committed it."""
    runtime = _current
    if runtime is not None and runtime.loop is not None:
        runtime.loop.call_soon_threadsafe(runtime.reconciler.presence_changed, mesh_id, presence_id)


def forget() -> None:
    """Lets the next `current` make a new one; for tests, which have a loop each."""
    global _current
    _current = None
