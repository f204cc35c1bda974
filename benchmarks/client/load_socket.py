"""One WebSocket to the broker, straight on an asyncio transport. Knows frames, no messages."""

import asyncio
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from benchmarks.client import frames

OPEN_TIMEOUT_S = 30.0
OnText = Callable[[bytes], None]


class ConnectionFailed(Exception):
    """The broker did not upgrade, or closed the socket while an answer was awaited."""


class LoadSocket(asyncio.Protocol):
    """Hands every text payload to `on_text`, which may be replaced at any time.

    What comes before somebody listens is kept in `early`.
    """

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._reader = frames.FrameReader()
        self._answer: bytes | None = b""
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.early: list[bytes] = []
        self.on_text: OnText = self.early.append
        self._said_goodbye = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        self.write = transport.write
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Cuts frames and hands their payloads on."""
        if self._answer is not None:
            data = self._finish_opening(data)
        for frame in self._reader.feed(data):
            if frame.opcode == frames.TEXT:
                self.on_text(frame.payload)
            elif frame.opcode == frames.PING:
                self.write(frames.encode(frame.payload, frames.PONG))
            elif frame.opcode == frames.CLOSE:
                self._said_goodbye = f"{int.from_bytes(frame.payload[:2], 'big')} " + (
                    frame.payload[2:].decode(errors="replace")
                )
                self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Wakes whoever waits."""
        why = self._said_goodbye or f"connection lost: {error}"
        if not self.opened.done():
            self.opened.set_exception(ConnectionFailed(why))
        if not self.closed.done():
            self.closed.set_result(why)

    def close(self) -> None:
        """Sends a normal close frame and drops the connection."""
        if self._transport is not None and not self._transport.is_closing():
            self.write(frames.encode((1000).to_bytes(2, "big"), frames.CLOSE))
            self._transport.close()

    def _finish_opening(self, data: bytes) -> bytes:
        self._answer = (self._answer or b"") + data
        answer, found, rest = self._answer.partition(b"\r\n\r\n")
        if not found:
            return b""
        self._answer = None
        if not answer.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(ConnectionFailed(answer[:200].decode(errors="replace")))
            return b""
        self.opened.set_result(None)
        return rest


async def open_socket(url: str) -> LoadSocket:
    """A socket to `url` (ws:// or wss://) after its upgrade. Raises ConnectionFailed, OSError."""
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    request = frames.upgrade_request(parts.netloc, parts.path or "/")
    _, opened = await asyncio.get_running_loop().create_connection(
        lambda: LoadSocket(request),
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=True if secure else None,
    )
    async with asyncio.timeout(OPEN_TIMEOUT_S):
        await opened.opened
    return opened
