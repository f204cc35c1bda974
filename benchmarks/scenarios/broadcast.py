"""broadcast: one sender, many recipients; several broadcasts are under way at a time."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.client import messages
from benchmarks.client.arrivals import LoadPeer, arrive_all, leave_all
from benchmarks.client.members import LoadMember
from benchmarks.measuring.cost import cost_us
from benchmarks.measuring.latency import Latencies
from benchmarks.measuring.processor import ProcessorWatch

DRAIN_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class BroadcastLoad:
    """How much, and for how long. `outstanding` broadcasts have not reached everybody yet."""

    recipients: int = 95
    outstanding: int = 8
    seconds: float = 5.0
    warmup_s: float = 1.0
    payload_bytes: int = 1024
    version: int = 1


class Broadcaster:
    """The sender, and the count of who has heard which broadcast."""

    def __init__(self, sender: LoadPeer, receivers: list[LoadPeer], load: BroadcastLoad) -> None:
        self._write = sender.socket.write
        self._frames = messages.SendFrames("*", payload_bytes=load.payload_bytes)
        self._everybody = len(receivers)
        self._sent_at: list[float] = []
        self._heard: list[int] = []
        self.sending, self.recording = True, False
        self.delivered = self.complete = 0
        self.errors: Counter[str] = Counter()
        self.to_ack, self.to_push = Latencies(), Latencies()
        sender.socket.on_text = self._on_sender_text
        for receiver in receivers:
            answer = receiver.socket.write if load.version == 2 else None
            receiver.socket.on_text = lambda payload, answer=answer: self._on_push(payload, answer)

    @property
    def is_done(self) -> bool:
        """Whether every broadcast was refused or has reached everybody."""
        return self.complete + self.errors.total() >= len(self._sent_at)

    def send(self) -> None:
        """Sends the next broadcast; its time is kept negative outside the recording."""
        frame = self._frames.take(len(self._sent_at))
        moment = time.perf_counter()
        self._sent_at.append(moment if self.recording else -moment)
        self._heard.append(0)
        self._write(frame)

    def _on_sender_text(self, payload: bytes) -> None:
        message = messages.decode(payload)
        if message.type != "ack":
            return
        if not message.queued:
            self.errors[(message.error or "?").partition(":")[0]] += 1
            self._go_on()
            return
        sent_at = self._sent_at[messages.number_of_ack(message)]
        if sent_at > 0:
            self.to_ack.add(time.perf_counter() - sent_at)

    def _on_push(self, payload: bytes, answer: Any) -> None:
        message = messages.decode(payload)
        if message.type != "push" or not message.ciphertext:
            return
        self.delivered += 1
        number = messages.number_of_push(message)
        sent_at = self._sent_at[number]
        if sent_at > 0:
            self.to_push.add(time.perf_counter() - sent_at)
        if answer is not None:
            answer(messages.client_ack(message.message_id))
        self._heard[number] += 1
        if self._heard[number] == self._everybody:
            self.complete += 1
            self._go_on()

    def _go_on(self) -> None:
        if self.sending:
            self.send()


async def run(
    url: str, members: Sequence[LoadMember], load: BroadcastLoad, watch: ProcessorWatch
) -> dict[str, Any]:
    """One round; the members must be one mesh, and nobody else may be in it."""
    peers = await arrive_all(url, members[: load.recipients + 1], version=load.version)
    broadcaster = Broadcaster(peers[0], peers[1:], load)
    for _ in range(load.outstanding):
        broadcaster.send()
    await asyncio.sleep(load.warmup_s)
    broadcaster.recording, before = True, broadcaster.delivered
    watch.start()
    await asyncio.sleep(load.seconds)
    delivered, usage = broadcaster.delivered - before, watch.stop()
    broadcaster.recording = broadcaster.sending = False
    await drain(broadcaster)
    await leave_all(peers)
    return {
        "deliveries_per_s": round(delivered / usage.wall_s, 1),
        **broadcaster.to_ack.summary("ack"),
        **broadcaster.to_push.summary("push"),
        "incomplete": 0 if broadcaster.is_done else load.outstanding,
        "errors": dict(broadcaster.errors),
        **usage.shares(),
        "broker_us_per_delivery": cost_us(usage, delivered),
    }


async def drain(broadcaster: Broadcaster) -> None:
    """Waits until everybody has heard everything, or nothing more can be expected."""
    deadline = time.perf_counter() + DRAIN_TIMEOUT_S
    while time.perf_counter() < deadline:
        if broadcaster.is_done:
            return
        await asyncio.sleep(0.02)
