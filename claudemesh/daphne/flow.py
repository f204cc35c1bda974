"""Flow control between a transport and the application: bounded in, awaited out.

Twisted buffers writes and queues reads without bound; these two classes are the bounds.
"""

import asyncio
from collections import deque
from typing import Any, Protocol

MAX_QUEUED_FRAMES = 128
MAX_QUEUED_BYTES = 256 * 1024


class Pausable(Protocol):
    """The reading side of a Twisted transport."""

    def pauseProducing(self) -> None: ...  # noqa: N802 - Twisted's name

    def resumeProducing(self) -> None: ...  # noqa: N802 - Twisted's name


class InboundQueue:
    """Frames the application has not taken yet; stops the socket's reads when there are many."""

    def __init__(self) -> None:
        self.transport: Pausable | None = None
        self._items: deque[dict[str, Any]] = deque()
        self._bytes = 0
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, message: dict[str, Any]) -> None:
        """Queues an ASGI event and wakes the application."""
        self._items.append(message)
        self._bytes += _size(message)
        if not self._paused and self.transport is not None and self._is_full():
            self._paused = True
            self.transport.pauseProducing()
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def get(self) -> dict[str, Any]:
        """The next ASGI event; waits for one."""
        while not self._items:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._items.popleft()
        self._bytes -= _size(message)
        if self._paused and not self._items and self.transport is not None:
            self._paused = False
            self.transport.resumeProducing()
        return message

    def _is_full(self) -> bool:
        return len(self._items) >= MAX_QUEUED_FRAMES or self._bytes >= MAX_QUEUED_BYTES


def _size(message: dict[str, Any]) -> int:
    return len(message.get("text") or message.get("bytes") or "")


class WriteGate:
    """Twisted push producer that tells whether the socket's write buffer has room.

    Registered on the transport, which calls pause when more than 64 KiB wait to be written.
    """

    def __init__(self) -> None:
        self.open = True
        self._waiters: list[asyncio.Future[None]] = []

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The write buffer is full."""
        self.open = False

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The write buffer has drained."""
        self.open = True
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone: let writers go on and find out."""
        self.resumeProducing()

    async def wait(self) -> None:
        """Returns once the write buffer has room or the connection is gone."""
        while not self.open:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
