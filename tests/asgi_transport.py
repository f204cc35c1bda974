"""A WebSocket without a network: drives an ASGI application in this process, for `WirePeer`.

Behaves as the broker's server does: a close from the application is answered at once, sending
to a socket that is gone raises OSError, and a reader that stops reading stops the writer.
"""

import asyncio
from typing import Any

from tests.wire_peer import SocketClosed

Event = dict[str, Any]


class AsgiTransport:
    """One open socket of an ASGI application."""

    def __init__(self, application: Any, *, path: str = "/ws", address: str = "127.0.0.1") -> None:
        self._to_app: asyncio.Queue[Event] = asyncio.Queue()
        self._from_app: asyncio.Queue[Event] = asyncio.Queue()
        self._reading = asyncio.Event()
        self._reading.set()
        self._gone = False
        self.accepted = False
        scope = {"type": "websocket", "path": path, "headers": [], "client": (address, 1)}
        self._application = asyncio.ensure_future(application(scope, self._to_app.get, self._take))
        self._to_app.put_nowait({"type": "websocket.connect"})

    async def send(self, text: str) -> None:
        """Sends one text frame."""
        self._feed({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Sends one binary frame."""
        self._feed({"type": "websocket.receive", "bytes": data})

    async def receive(self) -> str:
        """The next text frame. Raises SocketClosed."""
        self._reading.set()
        event = await self._from_app.get()
        if event["type"] == "websocket.close":
            self._from_app.put_nowait(event)
            raise SocketClosed(event.get("code", 1000), event.get("reason", ""))
        return str(event["text"])

    async def close(self, code: int = 1000) -> None:
        """Says goodbye, and waits until the application is done with the socket."""
        await self._leave(code)

    async def drop(self) -> None:
        """Cuts the line without goodbye, and waits until the application is done with it."""
        await self._leave(1006)

    def stop_reading(self) -> None:
        """From now on the application's writes wait, as on a full socket."""
        self._reading.clear()

    async def _leave(self, code: int) -> None:
        self._hang_up(code)
        await self._application

    def _hang_up(self, code: int) -> None:
        if not self._gone:
            self._gone = True
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})
        self._reading.set()

    def _feed(self, event: Event) -> None:
        if not self._gone:
            self._to_app.put_nowait(event)

    async def _take(self, event: Event) -> None:
        if event["type"] == "websocket.accept":
            self.accepted = True
            return
        if event["type"] == "websocket.close":
            self._from_app.put_nowait(event)
            self._hang_up(int(event.get("code", 1000)))
            return
        await self._reading.wait()
        if self._gone:
            raise OSError("the socket is gone")
        self._from_app.put_nowait(event)
