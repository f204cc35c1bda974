"""Streamed responses: sent at the pace of the reader, and never ended in order when they fail."""

import asyncio
from typing import Any

import pytest

from claudemesh.daphne.flow import WriteGate
from claudemesh.daphne.http_replies import HttpReply

PART = {"type": "http.response.body", "body": b"x", "more_body": True}
END = {"type": "http.response.body", "body": b""}


class Channel:
    """A connection of Twisted's, as far as a reply knows it."""

    def __init__(self) -> None:
        self.transport = self
        self.aborted = False

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.aborted = True


class Request:
    """A request of Daphne's, and the server that writes to it."""

    def __init__(self) -> None:
        self.channel: Channel | None = Channel()
        self.producer: WriteGate | None = None
        self.written: list[dict[str, Any]] = []

    def registerProducer(self, producer: WriteGate, streaming: bool) -> None:  # noqa: N802
        assert self.producer is None
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802 - Twisted's name
        self.producer = None

    async def handle_reply(self, protocol: object, message: dict[str, Any]) -> None:
        self.written.append(message)


@pytest.fixture
def request_() -> Request:
    return Request()


@pytest.fixture
def reply(request_: Request) -> HttpReply:
    return HttpReply(request_, request_)


async def test_the_next_part_waits_until_the_socket_has_room(
    request_: Request, reply: HttpReply
) -> None:
    await reply.send(PART)
    assert request_.producer is not None
    request_.producer.pauseProducing()
    waiting = asyncio.ensure_future(reply.send(PART))
    await asyncio.sleep(0)
    assert (len(request_.written), waiting.done()) == (2, False)
    request_.producer.resumeProducing()
    await waiting


async def test_a_reader_that_goes_away_holds_nothing_up(
    request_: Request, reply: HttpReply
) -> None:
    await reply.send(PART)
    assert request_.producer is not None
    request_.producer.pauseProducing()
    waiting = asyncio.ensure_future(reply.send(PART))
    await asyncio.sleep(0)
    request_.channel = None
    request_.producer.stopProducing()
    await waiting
    await reply.send(END)


async def test_the_end_lets_go_of_the_connection(request_: Request, reply: HttpReply) -> None:
    await reply.send(PART)
    await reply.send(END)
    assert request_.producer is None
    assert request_.written == [PART, END]


async def test_a_reply_in_one_piece_takes_no_part_in_this(
    request_: Request, reply: HttpReply
) -> None:
    await reply.send(END)
    assert request_.producer is None


async def test_a_stream_that_fails_cuts_the_line(request_: Request, reply: HttpReply) -> None:
    async def application() -> None:
        await reply.send(PART)
        raise RuntimeError

    channel = request_.channel
    assert channel is not None
    with pytest.raises(RuntimeError):
        await reply.run(application())
    assert channel.aborted


async def test_a_reply_that_fails_before_it_began_is_daphnes_to_answer(
    request_: Request, reply: HttpReply
) -> None:
    async def application() -> None:
        raise RuntimeError

    channel = request_.channel
    assert channel is not None
    with pytest.raises(RuntimeError):
        await reply.run(application())
    assert not channel.aborted
