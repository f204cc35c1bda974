"""The one thread that the realtime core's database work runs in, with a connection of its own.

One lane keeps what was submitted first first, and on SQLite makes the core one writer.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

T = TypeVar("T")


class DatabaseThread:
    """Runs functions one after the other; a broken connection is replaced once a call."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="ledger")

    def submit(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Schedules `work`; it must be safe to run twice, whatever of it was committed."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, _with_live_connection, work)

    async def close(self) -> None:
        """Waits for what was submitted, then gives the connection back."""
        await self.submit(lambda: connection.close())  # looked up in the thread: one each
        self._executor.shutdown(wait=True)


def _with_live_connection(work: Callable[[], T]) -> T:
    try:
        return work()
    except (OperationalError, InterfaceError) as error:
        logger.warning("database call failed, trying once more: %s", error)
        connection.close()
        return work()
