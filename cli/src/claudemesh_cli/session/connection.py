"""One connection to the broker: hello, requests and their replies, acks of sends, events.

Speaks protocol version 2 only. A fallback to version 1 would let anybody who can hold back the
`welcome` frame turn a hello into one that can be replayed elsewhere, with an unproven session key.
Events are handled one after the other as they are read, so a slow handler slows the reader and
nothing piles up here. Whether to reconnect is for `reconnect` and the callers to say.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import msgspec
from claudemesh_wire.broker import (
    Ack,
    BrokerFrame,
    BrokerMessage,
    Error,
    HelloAck,
    Push,
    Receipt,
    Welcome,
)
from claudemesh_wire.client import ClientFrame
from claudemesh_wire.codec import DecodeFailure, decode_broker, encode

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.closing import connection_lost
from claudemesh_cli.session.identity import build_hello
from claudemesh_cli.session.refusals import from_error
from claudemesh_cli.store.sessions import SessionKeys

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PROTOCOL_VERSION = 2
OPEN_TIMEOUT_S = 10.0
REPLY_TIMEOUT_S = 15.0
_MAX_FRAME_BYTES = 16 * 1024 * 1024

Event = Push | Receipt
OnEvent = Callable[["MeshConnection", Event], Awaitable[None]]
_Reply = TypeVar("_Reply", bound=BrokerFrame)


async def ignore_event(connection: MeshConnection, event: Event) -> None:
    """An event handler for connections that only ask."""


async def connect(
    entry: MeshEntry,
    keys: SessionKeys,
    *,
    ephemeral: bool,
    name: str | None = None,
    on_event: OnEvent = ignore_event,
) -> MeshConnection:
    """Connect and say hello.

    Raises CliError `unreachable`, `protocol_mismatch`, or ConnectionLost if hello is refused.
    """
    socket = await _open_socket(entry.broker_url)
    connection = MeshConnection(socket, keys, on_event)
    try:
        welcome = await connection.expect(Welcome)
        _check_protocol(welcome)
        hello = build_hello(entry, keys, welcome.nonce, ephemeral=ephemeral, name=name)
        await connection.tell(hello)
        connection.hello_ack = await connection.expect(HelloAck)
    except BaseException:
        await socket.close()
        raise
    connection.start()
    return connection


async def _open_socket(url: str) -> ClientConnection:
    from websockets.asyncio.client import connect as open_websocket
    from websockets.exceptions import WebSocketException

    try:
        return await open_websocket(
            url,
            compression=None,  # ciphertext does not compress
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=2,
            max_size=_MAX_FRAME_BYTES,
        )
    except (OSError, WebSocketException, asyncio.TimeoutError, ValueError) as error:
        raise CliError(
            "unreachable",
            f"Cannot reach the broker at {url}: {_reason(error)}.",
            "Check your connection, or run: claudemesh doctor",
            ExitCode.NETWORK,
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".") or type(error).__name__


def _check_protocol(welcome: Welcome) -> None:
    if welcome.protocol.min <= PROTOCOL_VERSION <= welcome.protocol.max:
        return
    older = welcome.protocol.max < PROTOCOL_VERSION
    raise CliError(
        "protocol_mismatch",
        f"This broker ({welcome.server_version}) speaks another version of the protocol.",
        "Its operator has to upgrade it." if older else "Upgrade claudemesh.",
    )


class MeshConnection:
    """A connection that has said hello; made by `connect`."""

    hello_ack: HelloAck

    def __init__(self, socket: ClientConnection, keys: SessionKeys, on_event: OnEvent) -> None:
        self.keys = keys
        self._socket = socket
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._replies: dict[str, asyncio.Future[BrokerMessage]] = {}
        self._acks: dict[str, asyncio.Future[Ack | Error]] = {}
        #: The last `error` frame that answered nothing; explains the close that follows it.
        self.said: Error | None = None
        self._reader: asyncio.Task[None] | None = None

    async def expect(self, kind: type[_Reply]) -> _Reply:
        """Read frames until one of this kind; before `start` only. Raises ConnectionLost."""
        with _explained(self):
            while True:
                frame = await asyncio.wait_for(self._socket.recv(), OPEN_TIMEOUT_S)
                message = _decode(frame)
                if isinstance(message, kind):
                    return message
                if isinstance(message, Error):
                    self.said = message

    def start(self) -> None:
        """Begin to read in the background."""
        self._reader = asyncio.create_task(self._read())

    async def tell(self, message: ClientFrame) -> None:
        """Send a frame that has no reply. Raises ConnectionLost."""
        await self._write(encode(message))

    async def request(
        self, message: ClientFrame, reply: type[_Reply], timeout_s: float = REPLY_TIMEOUT_S
    ) -> _Reply:
        """Send a request and return its reply.

        Raises Refused for an `error` reply, ConnectionLost, CliError `no_answer`.
        """
        number = str(next(self._numbers))
        future: asyncio.Future[BrokerMessage] = asyncio.get_running_loop().create_future()
        self._replies[number] = future
        try:
            await self._write(encode(msgspec.structs.replace(message, req_id=number)))
            answer = await self._answer(future, timeout_s)
        finally:
            del self._replies[number]
        if isinstance(answer, Error):
            raise from_error(answer)
        if not isinstance(answer, reply):
            raise _no_answer("The broker answered something else than was asked.")
        return answer

    async def send(self, id: str, frame: str, timeout_s: float = REPLY_TIMEOUT_S) -> Ack:
        """Send an encoded `send` and return its ack, whatever it says.

        Raises Refused if the broker answers with an `error` frame, ConnectionLost, CliError
        `no_answer`: after the last two it is open whether the broker has stored the message.
        """
        future: asyncio.Future[Ack | Error] = asyncio.get_running_loop().create_future()
        self._acks[id] = future
        try:
            await self._write(frame)
            answer = await self._answer(future, timeout_s)
        finally:
            del self._acks[id]
        if isinstance(answer, Error):
            raise from_error(answer)
        return answer

    async def closed(self) -> None:
        """Wait for the end; raises ConnectionLost, or what an event handler raised."""
        await asyncio.shield(self.reader)

    @property
    def reader(self) -> asyncio.Task[None]:
        """The task that reads; it ends with the connection."""
        assert self._reader is not None
        return self._reader

    async def close(self) -> None:
        """Say goodbye (1000) and stop reading."""
        await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            # not `await self._reader`: a cancellation of the caller must stay one
            await asyncio.wait((self._reader,))
            if not self._reader.cancelled():
                _check_handler(self._reader.exception())

    async def _write(self, text: str) -> None:
        with _explained(self):
            await self._socket.send(text)

    async def _answer(self, future: asyncio.Future[_Answer], timeout_s: float) -> _Answer:
        await asyncio.wait(
            (future, self.reader), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        if future.done():
            return future.result()
        if self.reader.done():
            self.reader.result()
        raise _no_answer("The broker did not answer in time.")

    async def _read(self) -> None:
        with _explained(self):
            while True:
                message = _decode(await self._socket.recv())
                if message is not None:
                    await self._dispatch(message)

    async def _dispatch(self, message: BrokerMessage) -> None:
        if isinstance(message, Push | Receipt):
            await self._on_event(self, message)
        elif isinstance(message, Ack):
            _resolve(self._acks.get(message.id), message)
        elif message.req_id is not None:
            _resolve(self._replies.get(str(message.req_id)), message)
        elif isinstance(message, Error):
            if message.id in self._acks:
                _resolve(self._acks[message.id], message)
            else:
                self.said = message


_Answer = TypeVar("_Answer")


def _resolve(future: asyncio.Future[_Answer] | None, answer: _Answer) -> None:
    if future is not None and not future.done():
        future.set_result(answer)


def _decode(frame: str | bytes) -> BrokerMessage | None:
    """The message in a frame; None for what this version does not know."""
    try:
        return decode_broker(frame if isinstance(frame, str) else frame.decode())
    except (DecodeFailure, UnicodeDecodeError):
        return None


def _check_handler(error: BaseException | None) -> None:
    """Raise what a handler raised by mistake; that the connection ended is no news by now."""
    if error is not None and not isinstance(error, CliError):
        raise error


def _no_answer(message: str) -> CliError:
    return CliError("no_answer", message, "Try again.", ExitCode.NETWORK)


@contextlib.contextmanager
def _explained(connection: MeshConnection) -> Iterator[None]:
    """Turn a closed socket, and silence, into errors for a person."""
    from websockets.exceptions import ConnectionClosed

    try:
        yield
    except asyncio.TimeoutError as error:
        raise _no_answer("The broker did not answer in time.") from error
    except ConnectionClosed as error:
        close = error.rcvd
        raise connection_lost(
            close.code if close else 1006, close.reason if close else "", connection.said
        ) from error
