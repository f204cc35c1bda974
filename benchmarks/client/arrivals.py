"""Opening sockets and saying hello, one or many at a time. Sends no messages."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.client import frames
from benchmarks.client.load_socket import ConnectionFailed, LoadSocket, open_socket
from benchmarks.client.members import LoadMember, LoadSession

ANSWER_TIMEOUT_S = 30.0
AT_ONCE = 32


@dataclass(frozen=True)
class LoadPeer:
    """A session whose hello was accepted."""

    session: LoadSession
    socket: LoadSocket

    @property
    def key(self) -> str:
        """The key that others address it by."""
        return self.session.keys.public


async def arrive(url: str, session: LoadSession, *, version: int = 1) -> LoadPeer:
    """Open a socket and say hello. Raises ConnectionFailed with the broker's words."""
    socket = await open_socket(url)
    if version == 1:
        answer = expect(socket, "hello_ack")
        socket.write(frames.encode(json.dumps(session.hello_v1()).encode()))
    else:
        welcome = json.loads(await within(expect(socket, "welcome")))
        answer = expect(socket, "hello_ack")
        hello = session.hello_v2(welcome["nonce"])
        socket.write(frames.encode(json.dumps(hello).encode()))
    await within(answer)
    return LoadPeer(session, socket)


def expect(socket: LoadSocket, kind: str) -> "asyncio.Future[bytes]":
    """The payload of the next frame of that type; frames before it are dropped.

    The future fails with ConnectionFailed on an `error` frame or when the socket is closed.
    """
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def on_text(payload: bytes) -> None:
        said = json.loads(payload)["type"]
        if answer.done() or said not in (kind, "error"):
            return
        if said == "error":
            answer.set_exception(ConnectionFailed(payload.decode()))
        else:
            answer.set_result(payload)

    def on_closed(closed: "asyncio.Future[str]") -> None:
        if not answer.done():
            answer.set_exception(ConnectionFailed(closed.result()))

    socket.on_text = on_text
    for payload in socket.early:
        on_text(payload)
    socket.early.clear()
    socket.closed.add_done_callback(on_closed)
    return answer


async def within(answer: "asyncio.Future[bytes]") -> bytes:
    """The answer, or TimeoutError."""
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        return await answer


async def arrive_all(
    url: str, members: Sequence[LoadMember], *, version: int = 1
) -> list[LoadPeer]:
    """One session for every member, in their order, AT_ONCE at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(member: LoadMember) -> LoadPeer:
        async with room:
            return await arrive(url, LoadSession(member), version=version)

    return list(await asyncio.gather(*map(one, members)))


async def leave_all(peers: Sequence[LoadPeer]) -> None:
    """Close every socket normally."""
    for peer in peers:
        peer.socket.close()
    await asyncio.gather(*(peer.socket.closed for peer in peers))
