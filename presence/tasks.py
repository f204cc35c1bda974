"""Background work that nobody awaits: kept alive, failures logged, never fatal."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from claudemesh_wire.errors import MeshError

logger = logging.getLogger(__name__)

RETRY_S = 1.0


class Tasks:
    """Holds on to tasks until they are done or everything stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Runs work in the background."""
        task = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def every(self, interval_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """Runs work again and again, `interval_s` after it was last done."""
        self.start(_repeat(interval_s, work))

    async def stop(self) -> None:
        """Cancels what is running and waits for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Does work that must not be given up while the database is away."""
    while True:
        try:
            return await work()
        except MeshError as error:
            logger.warning("trying again in %s s: %s", RETRY_S, error)
            await asyncio.sleep(RETRY_S)


async def _logged(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except MeshError as error:
        logger.warning("background work put off: %s", error)
    except Exception:
        logger.exception("background work failed")


async def _repeat(interval_s: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(interval_s)
        try:
            await work()
        except MeshError as error:
            logger.warning("a sweep is put off: %s", error)
        except Exception:
            logger.exception("a sweep failed")
