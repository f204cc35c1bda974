"""What goes out on one socket: written at once if it can be, else queued, bounded, in order.

A task exists only while something is queued: it takes frames and awaits the server's `send`,
which returns once the socket has room. Knows no messages, only frames.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from claudemesh_wire.close_codes import CloseCode

from presence import metrics
from presence.clock import monotonic
from presence.frames import TextFrame

Sent = Callable[[], None]
Send = Callable[[dict[str, Any]], Awaitable[None]]
WriteNow = Callable[[TextFrame], bool]


class Outbound:
    """The writing side of one socket, with at most `max_bytes` of payload waiting.

    `write_now` writes a frame if the socket takes it without waiting, and says whether it did;
    servers without it get every frame through `send`.
    """

    __slots__ = (
        "_closing",
        "_frames",
        "_send",
        "_stuck_since",
        "_task",
        "_write_now",
        "aborted",
        "max_bytes",
        "queued_bytes",
    )

    def __init__(self, send: Send, *, max_bytes: int, write_now: WriteNow | None = None) -> None:
        self._send = send
        self._write_now = write_now
        self._frames: deque[tuple[TextFrame, Sent | None]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closing: tuple[int, str] | None = None
        self._stuck_since: float | None = None
        self.max_bytes = max_bytes
        self.queued_bytes = 0
        self.aborted = False

    def put(self, frame: TextFrame, sent: Sent | None = None) -> None:
        """Sends a frame; `sent` is called when it was handed to the socket.

        Past `max_bytes` the frame is dropped and the socket closed as a slow consumer: what must
        not be lost is in the database.
        """
        if self._closing is not None:
            return
        if self._task is None and self._write_now is not None and self._write_now(frame):
            if sent is not None:
                sent()
            return
        if self.queued_bytes + frame.size > self.max_bytes:
            self.abort()
            return
        self._frames.append((frame, sent))
        self.queued_bytes += frame.size
        self._start()

    def close(self, code: int, reason: str = "") -> None:
        """Closes the socket after what is queued was written. The first code wins."""
        if self._closing is None:
            self._closing = (int(code), reason)
            self._start()

    def cut(self, code: int, reason: str = "") -> None:
        """Closes the socket, without waiting for a reader that has stopped to read."""
        if self._closing is None and self._stuck_since is not None:
            self.stop()
        self.close(code, reason)

    def abort(self) -> None:
        """Gives up on a socket that nobody reads: what is queued is dropped."""
        if self.aborted:
            return
        metrics.slow_consumers.inc()
        self.stop()
        self.aborted = True
        self._closing = (CloseCode.SLOW_CONSUMER.value, "slow_consumer")
        self._start()

    def stop(self) -> None:
        """Drops what is queued; for a socket that is gone."""
        self._frames.clear()
        self.queued_bytes = 0
        self._stuck_since = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def closing(self) -> bool:
        """True once the socket is to be closed, in order or not."""
        return self._closing is not None

    def stuck_for(self) -> float:
        """Seconds that the frame being written has waited for the socket."""
        return monotonic() - self._stuck_since if self._stuck_since is not None else 0.0

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.ensure_future(self._pump())

    async def _pump(self) -> None:
        try:
            await self._write()
        except OSError:  # the socket is gone; what must not be lost is in the database
            self._frames.clear()
            self.queued_bytes = 0
            self._stuck_since = None
            self._task = None

    async def _write(self) -> None:
        """Writes what is queued, then the close frame if there is to be one."""
        while self._frames:
            frame, sent = self._frames.popleft()
            self._stuck_since = monotonic()
            await self._send({"type": "websocket.send", "text": frame.text, "frame": frame})
            self._stuck_since = None
            self.queued_bytes -= frame.size
            if sent is not None:
                sent()
        if self._closing is None:
            self._task = None
            return
        code, reason = self._closing
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
