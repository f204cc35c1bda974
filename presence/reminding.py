"""Fires reminders when they are due: every second on every node, each on one of them."""

from itertools import groupby

from presence import metrics
from presence.core import Core
from presence.parcel import Parcel
from presence.pushing import Pusher
from presence.storage.reminders import Fired, fire

EVERY_S = 1.0
BATCH = 100


class Reminding:
    """Stores what is due, then pushes it like any other message."""

    def __init__(self, core: Core, *, pusher: Pusher) -> None:
        self._config = core.config
        self._hub = core.hub
        self._ledger = core.ledger
        self._doorbell = core.doorbell
        self._pusher = pusher
        self._pushed_to: set[str] = set()
        self._answer_lost = False

    async def fire_due(self) -> None:
        """Fires everything whose time has come, also what came while no node was running."""
        self._look_again()
        taken = BATCH
        while taken == BATCH:
            fired = await self._fire()
            taken = fired.taken
            for mesh_id, parcels in groupby(fired.parcels, lambda p: p.message.mesh_id):
                self._push(mesh_id, list(parcels))

    async def _fire(self) -> Fired:
        """One transaction; if it was tried twice, the first try may have been committed."""
        tries = 0

        def work() -> Fired:
            nonlocal tries
            tries += 1
            return fire(limit=BATCH, lifetime_s=self._config.message_ttl_s)

        try:
            return await self._ledger.call(work)
        finally:
            self._answer_lost |= tries > 1

    def _push(self, mesh_id: str, parcels: list[Parcel]) -> None:
        members = {parcel.member_id for parcel in parcels}
        for message in {parcel.message.id: parcel.message for parcel in parcels}.values():
            metrics.messages_routed.labels(message.priority).inc()
        self._pusher.deliver(mesh_id, parcels)
        self._doorbell.ring_mail(mesh_id, sorted(members))
        self._pushed_to |= members

    def _look_again(self) -> None:
        """Recipients were read from the database; a session that came just then has its mail there.

        So has everybody, after a commit whose answer was lost.
        """
        members = {s.member_id for s in self._hub} if self._answer_lost else self._pushed_to
        self._pushed_to, self._answer_lost = set(), False
        for member_id in members:
            self._pusher.nudge(member_id)
