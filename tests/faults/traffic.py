"""Clients for fault tests: they come back after every break and repeat what was not answered.

They do what a client must, and write down what they saw; `tally` judges it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import websockets
from claudemesh_wire.boxes import seal_direct
from claudemesh_wire.ids import new_id

from tests.identities import Identity, SessionKeys
from tests.live_transport import LiveTransport
from tests.ports import wait_until
from tests.wire_peer import Frame, SocketClosed, WirePeer

RETRY_S = 0.05
BREAKS = (SocketClosed, OSError, TimeoutError, websockets.WebSocketException)
#: Answers after which the same message may be sent again.
RETRIABLE = ("unavailable", "overloaded", "rate_limit")


async def connect(
    url: str, who: Identity, session: SessionKeys | None = None, **hello: Any
) -> WirePeer:
    """A socket that has said hello; `session` is taken up again if given."""
    peer = WirePeer(await LiveTransport.open(url), who)
    if session is not None:
        peer.session = session
    await peer.say_hello(**hello)
    return peer


@dataclass
class Client:
    """Somebody with one session that outlives its connections."""

    who: Identity
    url: str
    session: SessionKeys = field(default_factory=SessionKeys)
    breaks: int = 0
    online: bool = False

    @property
    def name(self) -> str:
        """The member's name."""
        return self.who.name

    async def keep_at_it(
        self, work: Callable[[WirePeer], Awaitable[None]], done: Callable[[], bool]
    ) -> None:
        """Connects and works until `done`, again after every break."""
        while not done():
            try:
                peer = await connect(self.url, self.who, self.session)
                self.online = True
                await work(peer)
                await peer.transport.close()
            except BREAKS:
                self.breaks += 1
                await asyncio.sleep(RETRY_S)
            finally:
                self.online = False


@dataclass
class Sender(Client):
    """Sends `count` numbered messages to each target, a few at a time, until each is acked.

    `size` is the least size of a message in bytes; `sealed` encrypts to the target key, else the
    text stands for ciphertext.
    """

    targets: list[str] = field(default_factory=list)
    count: int = 0
    window: int = 4
    #: (target, text, message id) in the order acked.
    acked: list[tuple[str, str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    hold: bool = True
    size: int = 0
    sealed: bool = False
    failed: str = ""
    _waiting: dict[str, Frame] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(self.count):
            for target in self.targets:
                text = f"{self.name} {number:05} {target[:8]}".ljust(self.size, "=")
                frame = self._frame(target, text)
                self._waiting[frame["id"]] = frame
                self._texts[frame["id"]] = text

    async def run(self) -> None:
        """Returns once everything was acked."""
        await self.keep_at_it(self._send_all, lambda: not self._waiting)

    async def _send_all(self, peer: WirePeer) -> None:
        while self._waiting:
            unsent = list(self._waiting.values())
            in_flight = 0
            while unsent or in_flight:
                while unsent and in_flight < self.window:
                    await peer.send_frame(unsent.pop(0))
                    in_flight += 1
                self._take(await peer.next("ack"))
                peer.frames.clear()
                in_flight -= 1

    def _take(self, ack: Frame) -> None:
        if ack["queued"]:
            frame = self._waiting.pop(ack["id"])
            text = self._texts[ack["id"]]
            self.acked.append((frame["targetSpec"], text, ack["messageId"]))
            return
        self.refused.append(ack["error"])
        code = ack["error"].partition(":")[0]
        if code not in RETRIABLE:
            self.failed = f"{self.name} was refused for good: {ack['error']}"
            raise AssertionError(self.failed)

    def _frame(self, target: str, text: str) -> Frame:
        nonce, ciphertext = "bm9uY2U=", text
        if self.sealed:
            nonce, ciphertext = seal_direct(text.encode(), target, self.session.keys.secret)
        return {
            "type": "send",
            "id": new_id(),
            "targetSpec": target,
            "priority": "now",
            "nonce": nonce,
            "ciphertext": ciphertext,
            "encryption": "box" if len(target) == 64 else "group",
            "hold": self.hold,
        }


@dataclass
class Receiver(Client):
    """Reads and acks until stopped; `received` holds each message once, in order of arrival."""

    received: dict[str, Frame] = field(default_factory=dict)
    repeats: int = 0
    _reading: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Connects, and reads from then on."""
        self._reading = asyncio.create_task(self.keep_at_it(self._read, lambda: False))
        await asyncio.to_thread(
            wait_until, lambda: self.online, what=f"{self.name} is there", timeout_s=15
        )

    async def stop(self) -> None:
        """Drops the line. Raises what went wrong while reading."""
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        if not self._reading.cancelled() and self._reading.exception():
            raise self._reading.exception()  # type: ignore[misc]

    async def _read(self, peer: WirePeer) -> None:
        while True:
            try:
                self.take(await peer.pushed())
            except TimeoutError:
                continue  # nothing came for a while

    def take(self, push: Frame) -> None:
        """Notes a push, as an inbox does: by message id, once."""
        if push["messageId"] in self.received:
            self.repeats += 1
        else:
            self.received[push["messageId"]] = push
