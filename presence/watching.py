"""The live view: for each mesh that somebody watches on this node, one task that looks again.

It looks at most once a second when something changed, every two seconds otherwise, and hands
out what is new. Speaks to no socket; `watch_consumer` does.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from enum import IntEnum

from django.db import DatabaseError, InterfaceError

from presence.storage.thread import DatabaseThread
from presence.storage.watched import Answer, NoMember, SignedOut, Visitor, let_in, look
from presence.tasks import Tasks

logger = logging.getLogger(__name__)

MIN_INTERVAL_S = 1.0
MAX_INTERVAL_S = 2.0
MAX_WATCHERS = 500
MAX_PER_ACCOUNT = 10
MAX_ENTERING = 50
#: Said once when the database cannot be read; what is shown may be old.
STALE = '{"type":"stale"}'


class Code(IntEnum):
    """Close codes of the live view, by the HTTP status they stand for."""

    GOING_AWAY = 1001
    READ_ONLY = 1008
    TRY_LATER = 1013
    SLOW_READER = 3008
    SIGNED_OUT = 4401
    NOT_A_MEMBER = 4403
    NO_SUCH_MESH = 4404
    TOO_MANY = 4429


class Ended(Exception):
    """A view is over, or never began; `reason` is a word for programs."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(f"{code.value} {reason}")
        self.code = code
        self.reason = reason


class Watcher:
    """One open view. Holds the newest text only: a slow reader skips what is older."""

    def __init__(self, mesh_id: str, visitor: Visitor) -> None:
        self.mesh_id = mesh_id
        self.visitor = visitor
        self._shown = ""
        self._news: str | None = None
        self._ended: Ended | None = None
        self._woken = asyncio.Event()

    def show(self, text: str) -> None:
        """Offers a text; one that is shown already is no news."""
        self._news = text if text != self._shown else None
        if self._news is not None:
            self._woken.set()

    def end(self, code: Code, reason: str) -> None:
        """Ends the view; the first reason counts."""
        self._ended = self._ended or Ended(code, reason)
        self._woken.set()

    async def next(self) -> str:
        """The newest text, once there is one that was not shown. Raises Ended."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._ended is not None:
                self._woken.set()
                raise self._ended
            if self._news is not None:
                self._shown, self._news = self._news, None
                return self._shown


class Watching:
    """Who watches which mesh on this node; bounded in all and for each account."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._thread = DatabaseThread()
        self._watchers: dict[str, set[Watcher]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._by_account: Counter[str] = Counter()
        self._entering = 0
        self._stopped = False

    async def enter(self, slug: str, session_key: str) -> Watcher:
        """Opens a view for a browser session. Raises Ended."""
        if self._stopped:
            raise Ended(Code.GOING_AWAY, "going_away")
        if self._entering >= MAX_ENTERING:
            raise Ended(Code.TRY_LATER, "overloaded")
        self._entering += 1
        try:
            mesh_id, visitor = await self._thread.submit(lambda: let_in(slug, session_key))
        except SignedOut:
            raise Ended(Code.SIGNED_OUT, "signed_out") from None
        except NoMember:
            raise Ended(Code.NO_SUCH_MESH, "not_found") from None
        except (DatabaseError, InterfaceError):
            raise Ended(Code.TRY_LATER, "unavailable") from None
        finally:
            self._entering -= 1
        return self._add(Watcher(mesh_id, visitor))

    def leave(self, watcher: Watcher) -> None:
        """Closes a view; the last one of a mesh ends its task."""
        watchers = self._watchers.get(watcher.mesh_id, set())
        if watcher not in watchers:
            return
        watchers.discard(watcher)
        self._by_account -= Counter([watcher.visitor.user_id])
        if not watchers:
            del self._watchers[watcher.mesh_id]
            self._nudges.pop(watcher.mesh_id).set()

    def nudge(self, mesh_id: str) -> None:
        """Something changed on a mesh; called for every change, so it does next to nothing."""
        nudge = self._nudges.get(mesh_id)
        if nudge is not None:
            nudge.set()

    def stop(self) -> None:
        """The node stops: every view is told to come back elsewhere."""
        self._stopped = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end(Code.GOING_AWAY, "going_away")

    async def close(self) -> None:
        """Gives the database connection back, after the tasks have ended."""
        await self._thread.close()

    def _add(self, watcher: Watcher) -> Watcher:
        total = sum(len(watchers) for watchers in self._watchers.values())
        account = watcher.visitor.user_id
        if total >= MAX_WATCHERS or self._by_account[account] >= MAX_PER_ACCOUNT:
            raise Ended(Code.TOO_MANY, "too_many_views")
        self._by_account[account] += 1
        mesh_id = watcher.mesh_id
        if mesh_id in self._watchers:
            self._watchers[mesh_id].add(watcher)
            self.nudge(mesh_id)
        else:
            self._watchers[mesh_id] = {watcher}
            self._nudges[mesh_id] = asyncio.Event()
            self._tasks.start(self._watch(mesh_id, self._nudges[mesh_id]))
        return watcher

    async def _watch(self, mesh_id: str, nudge: asyncio.Event) -> None:
        """Looks until nobody watches that mesh, or it was left and entered anew meanwhile."""
        while self._nudges.get(mesh_id) is nudge:
            nudge.clear()
            await self.look(mesh_id)
            await asyncio.sleep(MIN_INTERVAL_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(nudge.wait(), MAX_INTERVAL_S - MIN_INTERVAL_S)

    async def look(self, mesh_id: str) -> None:
        """Reads the mesh once and hands everybody who watches it what is new to them."""
        visitors = {watcher.visitor for watcher in self._watchers.get(mesh_id, ())}
        try:
            answers = await self._thread.submit(lambda: look(mesh_id, visitors))
        except Exception:  # whatever it is: the next look may go well, and nobody else would look
            logger.warning("a live view cannot be read", exc_info=True)
            answers = dict.fromkeys(visitors, STALE)
        for watcher in list(self._watchers.get(mesh_id, ())):
            if watcher.visitor in answers:
                _tell(watcher, answers[watcher.visitor])


def _tell(watcher: Watcher, answer: Answer) -> None:
    if isinstance(answer, SignedOut):
        watcher.end(Code.SIGNED_OUT, "signed_out")
    elif isinstance(answer, NoMember):
        watcher.end(Code.NOT_A_MEMBER, "no_longer_a_member")
    else:
        watcher.show(answer)
