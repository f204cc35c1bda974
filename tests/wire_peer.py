"""A client for tests that speaks the wire frame by frame, over any transport.

`sync()` is the fence that stands where other suites sleep: after it, everything the broker sent
this peer before has been read.
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any, Protocol

from claudemesh_wire.ids import new_id

from tests.identities import Identity, SessionKeys

Frame = dict[str, Any]
TIMEOUT_S = 15.0


class SocketClosed(Exception):
    """The broker closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Transport(Protocol):
    """One open socket. `receive` raises SocketClosed."""

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str: ...

    async def close(self, code: int = 1000) -> None: ...

    async def drop(self) -> None: ...


class WirePeer:
    """One socket of one member. Frames that nobody waited for stay in `frames`."""

    def __init__(self, transport: Transport, identity: Identity) -> None:
        self.transport = transport
        self.identity = identity
        self.session = SessionKeys()
        self.frames: list[Frame] = []
        self.hello_ack: Frame = {}
        self.acks_pushes = True
        self._requests = itertools.count(1)

    @property
    def key(self) -> str:
        """The session key others may address."""
        return self.session.keys.public

    async def say_hello(self, *, version: int = 2, **fields: Any) -> Frame:
        """Says hello; the `hello_ack`."""
        welcome = await self.next("welcome")
        if version == 2:
            hello = self.identity.hello_v2(self.session, welcome["nonce"], **fields)
        else:
            hello = self.identity.hello_v1(self.session, **fields)
        await self.send_frame(hello)
        self.hello_ack = await self.next("hello_ack")
        return self.hello_ack

    async def refused(self, hello: Frame) -> tuple[str, SocketClosed]:
        """Says a hello that must not succeed; the error code, and how the socket was closed."""
        await self.send_frame(hello)
        closed = await self.closed()
        errors = [frame for frame in self.frames if frame["type"] == "error"]
        assert not any(frame["type"] == "hello_ack" for frame in self.frames)
        return errors[-1]["code"], closed

    async def send_frame(self, frame: Frame) -> None:
        """Sends one frame as it is."""
        await self.transport.send(json.dumps(frame))

    async def next(self, kind: str, where: Callable[[Frame], bool] = lambda frame: True) -> Frame:
        """The first frame of that type, kept or coming. Raises SocketClosed, TimeoutError."""
        for position, frame in enumerate(self.frames):
            if frame["type"] == kind and where(frame):
                return self.frames.pop(position)
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                frame = await self._read()
                if frame["type"] == kind and where(frame):
                    return frame
                self.frames.append(frame)

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Sends a request; its reply, or the error that answers it."""
        request_id = f"r{next(self._requests)}"
        await self.send_frame({"type": kind, "_reqId": request_id, **fields})
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                frame = await self._read()
                if frame.get("_reqId") == request_id:
                    return frame
                self.frames.append(frame)

    async def sync(self) -> None:
        """Returns once everything sent to this peer so far is in `frames`."""
        await self.ask("mesh_info")

    async def message(self, target: str, text: str = "aGVsbG8=", **fields: Any) -> Frame:
        """Sends a message (the text stands for ciphertext); its `ack`."""
        return await self.ask(
            "send",
            **{
                "id": new_id(),
                "targetSpec": target,
                "priority": "now",
                "nonce": "bm9uY2U=",
                "ciphertext": text,
                "encryption": "box" if len(target) == 64 else "group",
                **fields,
            },
        )

    async def pushed(self) -> Frame:
        """The next message pushed to this peer."""
        return await self.next("push", lambda frame: frame.get("subtype") != "system")

    def texts(self) -> list[str]:
        """Ciphertexts of the messages pushed and not taken yet, in order."""
        return [f["ciphertext"] for f in self.frames if f["type"] == "push" and f["messageId"]]

    def events(self) -> list[str]:
        """Peer events seen and not taken yet, in order."""
        return [f["event"] for f in self.frames if f.get("subtype") == "system"]

    async def closed(self) -> SocketClosed:
        """How the broker closed the socket; frames before that stay in `frames`."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while True:
                    self.frames.append(await self._read())
            except SocketClosed as closed:
                return closed

    async def _read(self) -> Frame:
        frame: Frame = json.loads(await self.transport.receive())
        if frame["type"] == "push" and frame["messageId"] and self.acks_pushes:
            await self.send_frame({"type": "client_ack", "messageId": frame["messageId"]})
        return frame
