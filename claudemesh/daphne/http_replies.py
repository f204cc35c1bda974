"""HTTP responses on Daphne: parts of a streamed one are sent as fast as the client reads."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from claudemesh.daphne.flow import WriteGate


class HttpReply:
    """One response. Daphne by itself would buffer a whole stream for a client that reads slowly."""

    def __init__(self, server: Any, protocol: Any) -> None:
        self._server = server
        self._protocol = protocol
        self._gate: WriteGate | None = None

    async def send(self, message: dict[str, Any]) -> None:
        """Hands an ASGI event to Daphne; after part of a stream, waits for room for the next."""
        more = bool(message.get("more_body"))
        connected = self._protocol.channel is not None
        if more and self._gate is None and connected:
            self._gate = WriteGate()
            self._protocol.registerProducer(self._gate, True)
        if not more and self._gate is not None and connected:
            self._protocol.unregisterProducer()
        await self._server.handle_reply(self._protocol, message)
        if more and self._gate is not None:
            await self._gate.wait()

    async def run(self, application: Awaitable[None]) -> None:
        """Runs the application; one that fails within a stream cuts the line.

        A stream that ended in good order would pass for whole.
        """
        try:
            await application
        except Exception:
            channel = self._protocol.channel
            if self._gate is not None and channel is not None:
                channel.transport.abortConnection()
            raise
