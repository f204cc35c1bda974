"""The writing side of a socket: in order, bounded, closed once."""

import asyncio
from typing import Any

from presence.frames import TextFrame
from presence.outbound import Outbound


class Socket:
    """Takes events, or waits until it may."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.open = asyncio.Event()
        self.open.set()
        self.gone = False

    async def send(self, event: dict[str, Any]) -> None:
        if event["type"] != "websocket.close":
            await self.open.wait()
        if self.gone:
            raise OSError("gone")
        self.events.append(event.get("text") or (event["code"], event["reason"]))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_frames_go_out_in_order_and_then_the_close() -> None:
    socket = Socket()
    outbound = Outbound(socket.send, max_bytes=100)
    for text in "abc":
        outbound.put(TextFrame(text))
    outbound.close(1000, "bye")
    outbound.put(TextFrame("late"))
    outbound.close(4001, "second")
    await settle()
    assert socket.events == ["a", "b", "c", (1000, "bye")]


async def test_sent_is_called_when_the_socket_took_it_and_not_before() -> None:
    socket, sent = Socket(), []
    socket.open.clear()
    outbound = Outbound(socket.send, max_bytes=100)
    outbound.put(TextFrame("a"), lambda: sent.append("a"))
    await settle()
    assert (sent, outbound.stuck_for() > 0) == ([], True)
    socket.open.set()
    await settle()
    assert (sent, outbound.stuck_for(), outbound.queued_bytes) == (["a"], 0.0, 0)


async def test_sent_is_not_called_for_a_socket_that_is_gone() -> None:
    socket, sent = Socket(), []
    socket.gone = True
    outbound = Outbound(socket.send, max_bytes=100)
    outbound.put(TextFrame("a"), lambda: sent.append("a"))
    outbound.put(TextFrame("b"), lambda: sent.append("b"))
    await settle()
    assert sent == []


async def test_past_its_bytes_it_is_aborted_and_what_waited_is_dropped() -> None:
    socket, sent = Socket(), []
    socket.open.clear()
    outbound = Outbound(socket.send, max_bytes=10)
    for _ in range(5):
        outbound.put(TextFrame("xxxx"), lambda: sent.append(1))
    await settle()
    assert (socket.events, sent) == ([(3008, "slow_consumer")], [])
    assert (outbound.closing, outbound.aborted, outbound.queued_bytes) == (True, True, 0)


async def test_what_can_be_written_now_goes_past_the_queue() -> None:
    socket, taken = Socket(), []
    outbound = Outbound(
        socket.send, max_bytes=100, write_now=lambda frame: not taken.append(frame.text)
    )
    outbound.put(TextFrame("a"))
    assert (taken, socket.events) == (["a"], [])


async def test_nothing_overtakes_what_waits() -> None:
    socket, taken = Socket(), []
    socket.open.clear()
    room = False
    outbound = Outbound(
        socket.send,
        max_bytes=100,
        write_now=lambda frame: room and not taken.append(frame.text),
    )
    outbound.put(TextFrame("a"))
    await settle()
    room = True
    outbound.put(TextFrame("b"))
    socket.open.set()
    await settle()
    assert (socket.events, taken) == (["a", "b"], [])
