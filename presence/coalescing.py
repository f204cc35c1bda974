"""Gathers what comes while work is being done, and does it together next time."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar

from presence.tasks import Tasks, until_done

T = TypeVar("T")

MAX_AT_ONCE = 500


class Coalescer(Generic[T]):
    """Hands items to `work` in lists of at most 500, one list at a time, in order.

    Work that the database refuses for now is tried again until it is done.
    """

    def __init__(self, tasks: Tasks, work: Callable[[list[T]], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._work = work
        self._items: list[T] = []
        self._running = False

    def add(self, item: T) -> None:
        """Takes an item; it is worked on soon."""
        self._items.append(item)
        if not self._running:
            self._running = True
            self._tasks.start(self._run())

    async def _run(self) -> None:
        try:
            while self._items:
                now, self._items = self._items[:MAX_AT_ONCE], self._items[MAX_AT_ONCE:]
                await until_done(partial(self._work, now))
        finally:
            self._running = False
