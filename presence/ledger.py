"""Group commit: while one batch is being committed the next one forms.

One transaction serves many senders, and an idle broker adds no delay. Order of submission is
order of commit. Decides nothing about who may send what.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from claudemesh_wire.errors import MeshError
from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from presence import metrics
from presence.arrival import Admission, Arrival
from presence.clock import monotonic
from presence.drafts import Draft, Refused, Settlement
from presence.storage.batch import Batch, Outcomes, commit
from presence.storage.thread import DatabaseThread

logger = logging.getLogger(__name__)

T = TypeVar("T")
RETRY_SETTLEMENTS_S = 1.0
SETTLE_WITHIN_S = 0.01
#: Rows in a transaction, about: while one is written, the answers to the last go out. Smaller ones
#: keep both sides busier with direct messages, larger ones are cheaper for broadcasts.
MAX_ROWS = 512


class Ledger:
    """Takes entries on the event loop, writes them in the database thread, answers on the loop.

    Bounded by `max_entries` and `max_bytes` of message bodies; past that, `overloaded`. Hellos
    and messages are written at once when nothing else is; settlements, for which nobody waits,
    up to 10 ms later, so that a lone one does not stand in the way of the next message.
    """

    def __init__(self, thread: DatabaseThread, *, max_entries: int, max_bytes: int) -> None:
        self._thread = thread
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._forming = Batch()
        self._forming_bytes = 0
        self._under_way = 0
        self._timer: asyncio.Handle | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def admit(self, arrival: Arrival) -> None:
        """Enters a hello. Raises MeshError `overloaded`."""
        self._check_room(0)
        self._forming.arrivals.append(arrival)
        self._start_soon()

    def record(self, draft: Draft) -> None:
        """Enters a message. Raises MeshError `overloaded`."""
        self._check_room(draft.message.size)
        self._forming.drafts.append(draft)
        self._forming_bytes += draft.message.size
        self._start_soon()

    def settle(self, settlement: Settlement) -> None:
        """Enters a settlement; bounded by the windows of the sessions they come from."""
        self._forming.settlements.append(settlement)
        self._start_soon()

    async def call(self, work: Callable[[], T]) -> T:
        """Runs `work` in a transaction of its own, after everything entered before.

        Raises what `work` raises; MeshError `unavailable` if the database cannot be reached,
        `internal` for what it rejects, so that whoever waits for an answer gets one.
        """
        self._start_all()
        try:
            return await self._thread.submit(lambda: _in_transaction(work))
        except (OperationalError, InterfaceError) as error:
            raise MeshError("unavailable") from error
        except DatabaseError as error:
            logger.exception("the database rejects a call")
            raise MeshError("internal") from error

    async def flush(self) -> None:
        """Returns when everything entered so far is committed or refused."""
        self._start_all()
        await self._idle.wait()

    def _check_room(self, size: int) -> None:
        full = len(self._forming) >= self._max_entries
        if full or self._forming_bytes + size > self._max_bytes:
            raise MeshError("overloaded", retry_after_ms=1000)

    def _start_soon(self) -> None:
        """Starts a batch if none is under way; the end of one starts the next."""
        self._idle.clear()
        if self._under_way:
            return
        loop = asyncio.get_running_loop()
        if self._forming.is_waited_for():
            if self._timer is None or isinstance(self._timer, asyncio.TimerHandle):
                self._cancel_timer()
                self._timer = loop.call_soon(self._start)
        elif self._timer is None:
            self._timer = loop.call_later(SETTLE_WITHIN_S, self._start)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_all(self) -> None:
        while len(self._forming):
            self._start()

    def _start(self) -> None:
        self._cancel_timer()
        if not len(self._forming):
            return
        batch = self._forming.take(MAX_ROWS)
        self._forming_bytes -= sum(draft.message.size for draft in batch.drafts)
        metrics.queue_depth.set(len(batch))
        self._under_way += 1
        started = monotonic()
        future = self._thread.submit(lambda: commit(batch))
        future.add_done_callback(lambda done: self._finish(batch, done, started))

    def _finish(self, batch: Batch, done: "asyncio.Future[Outcomes]", started: float) -> None:
        metrics.ledger_batch.observe(len(batch))
        metrics.ledger_commit.observe(monotonic() - started)
        self._under_way -= 1
        error = done.exception()
        if self._forming.is_waited_for() and not self._under_way:
            self._start()  # first, so that the database works while the answers go out
        try:
            if error is None:
                metrics.db_healthy.set(1)
                _answer(batch, done.result())
            else:
                metrics.db_healthy.set(0)
                logger.error("a batch of %d could not be stored: %s", len(batch), error)
                self._refuse(batch)
        finally:
            if len(self._forming):
                self._start_soon()
            elif not self._under_way:
                self._idle.set()

    def _refuse(self, batch: Batch) -> None:
        """Nothing was stored. Settlements are facts, so they are entered again a little later."""
        unavailable = Outcomes(
            admissions=[Admission(refused="unavailable")] * len(batch.arrivals),
            recorded=[Refused("unavailable")] * len(batch.drafts),
        )
        _answer(batch, unavailable)
        loop = asyncio.get_running_loop()
        for settlement in batch.settlements:
            loop.call_later(RETRY_SETTLEMENTS_S, self.settle, settlement)


def _answer(batch: Batch, outcomes: Outcomes) -> None:
    for arrival, admission in zip(batch.arrivals, outcomes.admissions, strict=True):
        _tell(arrival.done, admission)
    for draft, outcome in zip(batch.drafts, outcomes.recorded, strict=True):
        _tell(draft.done, draft, outcome)
    for settlement in outcomes.settled:
        _tell(settlement.done, settlement)


def _tell(listener: Callable[..., None], *answer: Any) -> None:
    """A failure of one listener is logged and must not cost the others their answer."""
    try:
        listener(*answer)
    except Exception:
        logger.exception("an answer of the ledger could not be taken")


def _in_transaction(work: Callable[[], T]) -> T:
    with transaction.atomic():
        return work()
