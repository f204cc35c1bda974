"""Runs an ASGI application on Daphne until a signal, then stops in good order.

Knows nothing of meshes: what to do before the sockets go is the caller's `on_shutdown`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from daphne import server as daphne_server
from twisted.internet import defer

from claudemesh.daphne.flow import InboundQueue
from claudemesh.daphne.http import PromptHTTPFactory
from claudemesh.daphne.http_replies import HttpReply
from claudemesh.daphne.protocol import BrokerFactory

logger = logging.getLogger(__name__)

ACCEPT_BACKLOG = 1024
SHUTDOWN_TIMEOUT_S = 8.0

#: ASGI extension: `(frame) -> bool` writes a ready-made frame at once, false if it cannot.
WRITE_NOW = "claudemesh.write_now"


class BrokerServer(daphne_server.Server):  # type: ignore[misc]  # daphne has no type hints
    """Daphne with the broker's protocol, flow control and an awaited shutdown."""

    on_shutdown: Callable[[], Awaitable[None]]

    def run(self) -> None:
        """Serves until the reactor stops; as Daphne's own, with our factories."""
        daphne_server.HTTPFactory = PromptHTTPFactory
        daphne_server.WebSocketFactory = BrokerFactory
        super().run()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> InboundQueue | None:
        """Starts the application for one connection; its input queue is bounded."""
        if protocol not in self.connections:
            return None
        queue = InboundQueue()
        if scope["type"] == "websocket":
            queue.transport = protocol.transport
            scope["extensions"] = {WRITE_NOW: protocol.write_now}
        scope.setdefault("asgi", {"version": "3.0"})
        if scope["type"] == "websocket":
            send = partial(self.write_frame, protocol)
            running = self.application(scope=scope, receive=queue.get, send=send)
        else:
            reply = HttpReply(self, protocol)
            running = reply.run(self.application(scope=scope, receive=queue.get, send=reply.send))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        return queue

    async def write_frame(self, protocol: Any, message: dict[str, Any]) -> None:
        """Hands a WebSocket event to the protocol once the socket has room for it.

        Raises OSError for a frame on a socket that is gone (ASGI 3, WebSocket 2.4): otherwise it
        would count as written.
        """
        if not protocol.gate.open and message["type"] != "websocket.close":
            await protocol.gate.wait()
        details = self.connections.get(protocol)
        gone = details is None or "disconnected" in details
        if message["type"] == "websocket.send" and (gone or protocol.state != protocol.STATE_OPEN):
            raise OSError("The socket is gone.")
        if not gone:
            protocol.handle_reply(message)

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Reactor shutdown: no new connections, the caller's own stop, then the rest."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._stop_in_order()))

    async def _stop_in_order(self) -> None:
        for listening in self.listeners:
            listening.addCallback(lambda port: port.stopListening())
        try:
            await asyncio.wait_for(self.on_shutdown(), SHUTDOWN_TIMEOUT_S)
        except TimeoutError:
            logger.error("shutdown took longer than %s s; dropping the rest", SHUTDOWN_TIMEOUT_S)
        tasks = [details.get("application_instance") for details in self.connections.values()]
        pending = [task for task in tasks if task is not None and not task.done()]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


def run(
    *,
    application: Callable[..., Awaitable[None]],
    host: str,
    port: int,
    on_ready: Callable[[], Awaitable[None]],
    on_shutdown: Callable[[], Awaitable[None]],
    max_frame_bytes: int,
) -> None:
    """Serves `application` on host:port; returns after SIGTERM or SIGINT was honored.

    `on_ready` runs on the event loop before the first connection is accepted; a failure of it
    stops the server and is raised here. `max_frame_bytes` bounds a WebSocket message: larger
    ones are closed with 1009 before they are read whole.
    """
    server = BrokerServer(
        application,
        endpoints=[_endpoint(host, port)],
        signal_handlers=True,
        websocket_max_message_size=max_frame_bytes,
        websocket_max_frame_size=max_frame_bytes,
        websocket_timeout=-1,
        server_name="claudemesh",
    )
    server.on_shutdown = on_shutdown
    loop = daphne_server.twisted_loop
    asyncio.set_event_loop(loop)
    loop.run_until_complete(on_ready())
    server.run()


def _endpoint(host: str, port: int) -> str:
    interface = host.replace(":", r"\:")
    return f"tcp:port={port}:interface={interface}:backlog={ACCEPT_BACKLOG}"
