"""Bytes in, bytes out: one WebSocket from accept to close. Decides nothing about messages.

Channels' own dispatch would hop to a task for every event; this consumer overrides it, so that
frames go from the server's queue straight to the router.
"""

import asyncio
import secrets
from typing import Any

from channels.consumer import AsyncConsumer
from claudemesh_wire.broker import Ack, Welcome
from claudemesh_wire.client import Hello
from claudemesh_wire.close_codes import CloseCode
from claudemesh_wire.codec import DecodeFailure, decode_client, encode
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import Limits, ProtocolRange
from msgspec import Struct

from presence import metrics
from presence.frames import TextFrame
from presence.goings import CLEAN
from presence.handlers.hello import Opening, hello
from presence.outbound import Outbound
from presence.router import error_frame, route
from presence.runtime import Runtime, current
from presence.session import Session
from presence.version import VERSION

MAX_JUNK_IN_A_ROW = 10


class MeshConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no type hints
    """The ASGI application behind `/ws`."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serves one socket until it is closed."""
        event = await receive()
        if event["type"] == "websocket.connect":
            await Connection(current(), scope, receive, send).serve()


class Connection:
    """One socket: reads frames, closes with a code and a reason."""

    def __init__(self, runtime: Runtime, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._runtime = runtime
        self._address = str((scope.get("client") or ["unknown"])[0])
        self._receive = receive
        self._send = send
        self._outbound = Outbound(
            send,
            max_bytes=runtime.config.outbound_max_bytes,
            write_now=(scope.get("extensions") or {}).get("claudemesh.write_now"),
        )
        self._nonce = secrets.token_hex(32)
        self._session: Session | None = None
        self._junk = 0

    async def serve(self) -> None:
        """Accepts, and reads until the socket is gone."""
        await self._send({"type": "websocket.accept"})
        code = CloseCode.GOING_AWAY.value
        try:
            code = await self._serve()
        finally:
            self._outbound.stop()
            if self._session is not None:
                clean = code in CLEAN and not self._outbound.closing
                self._runtime.goings.socket_gone(self._session, clean=clean)

    async def _serve(self) -> int:
        """Reads until the socket is gone; the close code it came with."""
        try:
            if self._runtime.draining:
                raise MeshError("overloaded", "This broker is going away; try again shortly.")
            self._runtime.doorstep.enter(self._address)
        except MeshError as error:
            self._refuse(error, CloseCode.OVERLOADED)
            return await self._read_until_gone()
        try:
            self._reply(self._welcome())
            gone = await self._read_opening()
        finally:
            self._runtime.doorstep.leave(self._address)
        return gone if gone is not None else await self._read_session()

    async def _read_opening(self) -> int | None:
        """Reads until hello has made a session (None) or the socket is gone (its code)."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._runtime.config.hello_timeout_s
        while self._session is None:
            try:
                async with asyncio.timeout_at(deadline):
                    event = await self._receive()
            except TimeoutError:
                self._refuse(MeshError("hello_timeout"), CloseCode.REFUSED)
                return await self._read_until_gone()
            if event["type"] == "websocket.disconnect":
                return int(event.get("code") or 1005)
            await self._open(event)
            if self._outbound.closing:
                return await self._read_until_gone()
        return None

    async def _open(self, event: dict[str, Any]) -> None:
        message = self._decode(event)
        if message is None:
            return
        if not isinstance(message, Hello):
            self._reply(error_frame(MeshError("no_hello"), req_id=message.req_id))
            return
        try:
            self._session = await hello(
                self._runtime, Opening(self._nonce, self._address, self._outbound), message
            )
        except MeshError as error:
            metrics.connections_rejected.labels(error.code).inc()
            self._refuse(error, CloseCode.REFUSED, req_id=message.req_id)

    async def _read_session(self) -> int:
        session = self._session
        assert session is not None
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return int(event.get("code") or 1005)
            if self._outbound.closing:
                continue
            message = self._decode(event)
            if message is not None:
                await route(self._runtime, session, message)

    async def _read_until_gone(self) -> int:
        """Drops what still comes in after a refusal."""
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return int(event.get("code") or 1005)

    def _decode(self, event: dict[str, Any]) -> Any:
        """The message in a frame; None for what is none, which has been answered."""
        text = event.get("text")
        try:
            if text is None:
                raise DecodeFailure("malformed", "Send text frames, not binary ones.", junk=True)
            message = decode_client(text)
        except DecodeFailure as failure:
            self._answer_failure(failure)
            return None
        self._junk = 0
        return message

    def _answer_failure(self, failure: DecodeFailure) -> None:
        if failure.kind == "send" and failure.id is not None:
            error = f"{failure.code}: {failure.message}"
            self._reply(
                Ack(id=failure.id, message_id="", queued=False, error=error, req_id=failure.req_id)
            )
            return
        self._reply(error_frame(MeshError(failure.code, failure.message), req_id=failure.req_id))
        self._junk = self._junk + 1 if failure.junk else 0
        if self._junk >= MAX_JUNK_IN_A_ROW:
            self._outbound.close(CloseCode.REFUSED, "malformed")

    def _refuse(self, error: MeshError, code: CloseCode, *, req_id: Any = None) -> None:
        """Says why in words, then closes; the banned get the sentence as the reason, too."""
        self._reply(error_frame(error, req_id=req_id))
        if error.code == "revoked":
            self._outbound.close(CloseCode.BANNED, error.message)
        elif error.code == "kicked":
            self._outbound.close(CloseCode.KICKED, error.code)
        else:
            self._outbound.close(code, error.code)

    def _welcome(self) -> Welcome:
        config = self._runtime.config
        return Welcome(
            protocol=ProtocolRange(min=1, max=2),
            nonce=self._nonce,
            server_version=VERSION,
            limits=Limits(
                max_message_bytes=config.max_message_bytes,
                sends_per_minute=config.sends_per_minute,
                send_burst=config.send_burst,
            ),
        )

    def _reply(self, message: Struct) -> None:
        self._outbound.put(TextFrame(encode(message)))
