"""What waits to be written to one socket: bounded, in order, closed when nobody reads.

One task a socket takes frames from here and awaits the server's `send`, which returns once the
socket has room. Knows no messages, only frames.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from presence.clock import monotonic
from presence.frames import TextFrame

Sent = Callable[[], None]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outbound:
    """The write queue of one socket, at most `max_bytes` of payload."""

    __slots__ = (
        "_closing",
        "_frames",
        "_send",
        "_stuck_since",
        "_waiter",
        "aborted",
        "max_bytes",
        "queued_bytes",
        "writer",
    )

    def __init__(self, send: Send, *, max_bytes: int) -> None:
        self._send = send
        self._frames: deque[tuple[TextFrame, Sent | None]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._closing: tuple[int, str] | None = None
        self._stuck_since: float | None = None
        self.max_bytes = max_bytes
        self.queued_bytes = 0
        self.aborted = False
        self.writer: asyncio.Task[None] | None = None

    def put(self, frame: TextFrame, sent: Sent | None = None) -> None:
        """Queues a frame; `sent` is called when it was handed to the socket.

        Past `max_bytes` the frame is not queued and the writer is aborted: what must not be
        lost is in the database.
        """
        if self.closing:
            return
        if self.queued_bytes + frame.size > self.max_bytes:
            self.abort()
            return
        self._frames.append((frame, sent))
        self.queued_bytes += frame.size
        self._wake()

    def close(self, code: int, reason: str = "") -> None:
        """Closes the socket after what is queued was written. The first code wins."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wake()

    def abort(self) -> None:
        """Gives up on a socket that nobody reads: what is queued is dropped."""
        self.aborted = True
        self._frames.clear()
        self.queued_bytes = 0
        if self.writer is not None:
            self.writer.cancel()

    @property
    def closing(self) -> bool:
        """True once the socket is to be closed, in order or not."""
        return self._closing is not None or self.aborted

    def stuck_for(self) -> float:
        """Seconds that the frame being written has waited for the socket."""
        return monotonic() - self._stuck_since if self._stuck_since is not None else 0.0

    async def run(self) -> tuple[int, str]:
        """Writes until closed; returns the code and reason to close with."""
        while True:
            while self._frames:
                frame, sent = self._frames.popleft()
                self._stuck_since = monotonic()
                await self._send({"type": "websocket.send", "text": frame.text, "frame": frame})
                self._stuck_since = None
                self.queued_bytes -= frame.size
                if sent is not None:
                    sent()
            if self._closing is not None:
                return self._closing
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
