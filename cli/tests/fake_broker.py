"""A broker that fits into a test: speaks the wire over a real WebSocket, does what it is told."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from claudemesh_wire import canonical
from claudemesh_wire.broker import (
    Ack,
    BrokerFrame,
    Error,
    HelloAck,
    MessageStatusResult,
    Ok,
    PeersList,
    Push,
    Welcome,
)
from claudemesh_wire.client import (
    ClientAck,
    ClientFrame,
    Hello,
    ListPeers,
    MessageStatus,
    Send,
)
from claudemesh_wire.codec import decode_client, encode
from claudemesh_wire.fields import (
    Limits,
    MemberProfile,
    PeerInfo,
    ProtocolRange,
    RecipientStatus,
)
from claudemesh_wire.signing import verify
from websockets.asyncio.server import ServerConnection, serve


@dataclass
class FakeBroker:
    """What it is to say is set before, what it heard is read after."""

    url: str = ""
    peers: list[PeerInfo] = field(default_factory=list)
    #: Pushed to every session that stays, until acked.
    mail: list[Push] = field(default_factory=list)
    #: Answers to `send`: each takes one send; None breaks the connection instead of answering.
    answers: list[Callable[[Send], Ack | Error] | None] = field(default_factory=list)
    #: State of a message by id or message id -> answer to message_status.
    fates: list[list[RecipientStatus]] = field(default_factory=list)
    #: So many questions about messages break the connection instead of being answered.
    breaks: int = 0
    refusal: Error | None = None
    close_after_hello: list[tuple[int, str]] = field(default_factory=list)
    request_error: Error | None = None
    #: Answers to other requests by their type; `ok` for the rest.
    replies: dict[type[ClientFrame], Callable[[Any], BrokerFrame]] = field(default_factory=dict)
    repeat_mail: bool = False

    hellos: list[Hello] = field(default_factory=list)
    sends: list[str] = field(default_factory=list)
    acks: list[ClientAck] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)

    async def talk(self, socket: ServerConnection) -> None:
        """One connection."""
        nonce = "ab" * 32
        limits = Limits(max_message_bytes=65_536, sends_per_minute=60, send_burst=10)
        await socket.send(
            encode(
                Welcome(
                    protocol=ProtocolRange(min=1, max=2),
                    nonce=nonce,
                    server_version="fake",
                    limits=limits,
                )
            )
        )
        hello = decode_client(str(await socket.recv()))
        assert isinstance(hello, Hello)
        _check_hello(hello, nonce)
        self.hellos.append(hello)
        if self.refusal is not None:
            await socket.send(encode(self.refusal))
            code = 4002 if self.refusal.code == "revoked" else 1008
            await socket.close(code, self.refusal.message[:100])
            return
        await socket.send('{"type":"from_the_future","x":1}')
        await socket.send(encode(_hello_ack()))
        if not hello.ephemeral:
            await self._deliver(socket)
        if self.close_after_hello and not hello.ephemeral:
            await socket.close(*self.close_after_hello.pop(0))
            return
        async for frame in socket:
            await self._answer(socket, str(frame))

    async def _deliver(self, socket: ServerConnection) -> None:
        for push in self.mail:
            await socket.send(encode(push))
            if self.repeat_mail:
                await socket.send(encode(push))

    async def _answer(self, socket: ServerConnection, frame: str) -> None:
        message = decode_client(frame)
        if isinstance(message, Send):
            await self._take_send(socket, message, frame)
        elif isinstance(message, ClientAck):
            self.acks.append(message)
        elif isinstance(message, ListPeers):
            await socket.send(encode(PeersList(req_id=message.req_id, peers=self.peers)))
        elif isinstance(message, MessageStatus) and self.breaks:
            self.breaks -= 1
            socket.transport.abort()
        elif isinstance(message, MessageStatus):
            await socket.send(encode(self._status(message)))
        else:
            self.requests.append(message)
            answer = self.replies.get(type(message), lambda _: Ok())(message)
            reply = msgspec.structs.replace(answer, req_id=message.req_id)
            if self.request_error is not None:
                reply = Error(
                    req_id=message.req_id,
                    code=self.request_error.code,
                    message=self.request_error.message,
                    candidates=self.request_error.candidates,
                )
            await socket.send(encode(reply))

    async def _take_send(self, socket: ServerConnection, message: Send, frame: str) -> None:
        self.sends.append(frame)
        answer = self.answers.pop(0) if self.answers else stored
        if answer is None:
            socket.transport.abort()
            return
        await socket.send(encode(answer(message)))

    def _status(self, message: MessageStatus) -> MessageStatusResult | Error:
        if not self.fates:
            ids = {send.id for send in self.sent()}
            if message.message_id.removeprefix("m-") in ids:
                return _underway(message)
            return Error(req_id=message.req_id, code="not_found", message="No such message.")
        recipients = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        return MessageStatusResult(
            req_id=message.req_id,
            message_id=message.message_id,
            target_spec="x",
            delivered=all(each.status == "delivered" for each in recipients),
            delivered_at=None,
            recipients=recipients,
        )

    def sent(self) -> list[Send]:
        """The sends heard, decoded."""
        return [
            message for frame in self.sends if isinstance(message := decode_client(frame), Send)
        ]


def stored(send: Send) -> Ack:
    """The ack of a message that was stored."""
    return Ack(
        id=send.id or "", message_id=f"m-{send.id}"[:64], queued=True, recipients=1, online=1
    )


def _underway(message: MessageStatus) -> MessageStatusResult:
    waiting = RecipientStatus(name="bob", pubkey="b", status="held", state="pending", at=None)
    return MessageStatusResult(
        req_id=message.req_id,
        message_id=message.message_id,
        target_spec="x",
        delivered=False,
        delivered_at=None,
        recipients=[waiting],
    )


def _check_hello(hello: Hello, nonce: str) -> None:
    statement = canonical.hello_v2(
        hello.mesh_id,
        hello.member_id,
        hello.pubkey,
        hello.session_pubkey or "",
        hello.session_id,
        nonce,
        hello.timestamp,
    )
    assert verify(statement, hello.signature, hello.pubkey)
    assert verify(statement, hello.session_signature or "", hello.session_pubkey or "")


def _hello_ack() -> HelloAck:
    return HelloAck(
        presence_id="presence-1",
        member_display_name="alice",
        member_profile=MemberProfile(role_tag="", groups=[], message_mode="push"),
        services=[],
        protocol_version=2,
        capabilities=["client_ack", "receipts"],
        role="owner",
        mesh_slug="team",
        mesh_name="Team",
        key_epoch=0,
    )


class Running:
    """The fake broker on a thread of its own, so that commands can run as they do."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with serve(self._broker.talk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            self._broker.url = f"ws://127.0.0.1:{port}/ws"
            self._ready.set()
            await self._stop.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
