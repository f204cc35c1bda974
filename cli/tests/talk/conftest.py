"""A broker that fits into a test: speaks the wire over a real WebSocket, does what it is told."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from claudemesh_cli import config, main
from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.session.keys import key_of_epoch
from claudemesh_wire import canonical
from claudemesh_wire.boxes import encode_key, seal_direct, seal_group
from claudemesh_wire.broker import (
    Ack,
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
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair, generate_keypair, verify
from websockets.asyncio.server import ServerConnection, serve

MESH_ID = "mesh-1"
WHEN = "2030-01-01T00:00:00.000Z"
ROOT_KEY = bytes(range(32))


@dataclass
class Person:
    """A member and one session of theirs."""

    name: str
    member: KeyPair = field(default_factory=generate_keypair)
    session: KeyPair = field(default_factory=generate_keypair)

    def peer(self, **changes: Any) -> PeerInfo:
        """How this person's session is listed."""
        values: dict[str, Any] = {
            "pubkey": self.session.public,
            "member_pubkey": self.member.public,
            "display_name": self.name,
            "status": "idle",
            "summary": None,
            "groups": [],
            "session_id": f"session-{self.name}",
            "connected_at": WHEN,
            "role": "member",
            "status_source": "manual",
            "last_seen_at": WHEN,
            **changes,
        }
        return PeerInfo(**values)

    def writes(self, text: str, recipient: str, **changes: Any) -> Push:
        """A direct message from this person to a key, as the broker pushes it."""
        nonce, ciphertext = seal_direct(text.encode(), recipient, self.session.secret)
        return self.push(nonce, ciphertext, target_spec=recipient, encryption="box", **changes)

    def writes_group(self, text: str, target: str, **changes: Any) -> Push:
        """A group message from this person."""
        nonce, ciphertext = seal_group(
            text,
            key=key_of_epoch(entry_for(self, "ws://unused"), 0),
            mesh_id=MESH_ID,
            key_epoch=0,
            target_spec=target,
            member_secret=self.member.secret,
            member_pubkey=self.member.public,
        )
        return self.push(nonce, ciphertext, target_spec=target, encryption="group", **changes)

    def push(self, nonce: str, ciphertext: str, **changes: Any) -> Push:
        """Anything from this person."""
        values: dict[str, Any] = {
            "message_id": new_id(),
            "mesh_id": MESH_ID,
            "sender_pubkey": self.session.public,
            "sender_member_pubkey": self.member.public,
            "sender_name": self.name,
            "priority": "next",
            "nonce": nonce,
            "ciphertext": ciphertext,
            "created_at": WHEN,
            **changes,
        }
        return Push(**values)


def entry_for(person: Person, url: str) -> MeshEntry:
    """This person's membership, as the configuration keeps it."""
    return MeshEntry(
        mesh_id=MESH_ID,
        member_id=f"member-{person.name}",
        slug="team",
        name="Team",
        pubkey=person.member.public,
        secret_key=person.member.secret,
        broker_url=url,
        joined_at=WHEN,
        root_key=encode_key(ROOT_KEY),
    )


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
            reply: Ok | Error = Ok(req_id=message.req_id)
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


class _Running:
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


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """A fake broker at `broker.url`."""
    fake = FakeBroker()
    running = _Running(fake)
    yield fake
    running.stop()


@pytest.fixture
def alice() -> Person:
    """Whose computer this is."""
    return Person("alice")


@pytest.fixture
def bob() -> Person:
    """Somebody to write to."""
    return Person("bob")


@pytest.fixture
def carol() -> Person:
    """Somebody else."""
    return Person("carol")


@pytest.fixture
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty configuration directory."""
    monkeypatch.setenv("CLAUDEMESH_CONFIG_DIR", str(tmp_path))
    for name in ("CLAUDEMESH_SESSION_ID", "CLAUDEMESH_DISPLAY_NAME", "CLAUDEMESH_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@dataclass
class Result:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


Claudemesh = Callable[..., Result]


@pytest.fixture
def claudemesh(
    home: Any, broker: FakeBroker, alice: Person, capsys: pytest.CaptureFixture[str]
) -> Claudemesh:
    """Alice's command line: `claudemesh("send", "bob", "hi")`."""
    config.save(Config(meshes=[entry_for(alice, broker.url)]))

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        code = main.main(arguments)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def unreachable(claudemesh: Claudemesh, alice: Person) -> Callable[[str | None], None]:
    """Point alice's configuration at a dead address, or back at a broker's."""

    def point(url: str | None) -> None:
        config.save(Config(meshes=[entry_for(alice, url or "ws://127.0.0.1:9/ws")]))

    return point
