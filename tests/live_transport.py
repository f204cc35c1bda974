"""A real WebSocket to a broker process, for `WirePeer`."""

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.wire_peer import SocketClosed


class LiveTransport:
    """One WebSocket connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str) -> "LiveTransport":
        """Connects; compression is left off, as clients in the field do."""
        return cls(await connect(url, compression=None, max_size=2**24, ping_interval=None))

    async def send(self, text: str) -> None:
        """Sends one text frame."""
        try:
            await self._connection.send(text)
        except websockets.ConnectionClosed:
            raise self._closed() from None

    async def send_bytes(self, data: bytes) -> None:
        """Sends one binary frame."""
        try:
            await self._connection.send(data)
        except websockets.ConnectionClosed:
            raise self._closed() from None

    async def receive(self) -> str:
        """The next text frame. Raises SocketClosed."""
        try:
            return str(await self._connection.recv())
        except websockets.ConnectionClosed:
            raise self._closed() from None

    async def close(self, code: int = 1000) -> None:
        """Says goodbye."""
        await self._connection.close(code)

    async def drop(self) -> None:
        """Cuts the line without goodbye."""
        self._connection.transport.abort()
        await self._connection.wait_closed()

    def _closed(self) -> SocketClosed:
        return SocketClosed(
            self._connection.close_code or 1006, self._connection.close_reason or ""
        )
