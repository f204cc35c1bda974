"""direct: pairs of members; each sender keeps a window of unacked messages to its receiver."""

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
class DirectLoad:
    """How much, and for how long. `payload_bytes` is the ciphertext before base64."""

    pairs: int = 50
    window: int = 1
    seconds: float = 5.0
    warmup_s: float = 1.0
    payload_bytes: int = 1024
    version: int = 1


class Tally:
    """What all pairs count together; latencies only of messages sent while recording."""

    def __init__(self) -> None:
        self.sending = True
        self.recording = False
        self.sent = self.acked = self.pushed = self.receipts = 0
        self.errors: Counter[str] = Counter()
        self.to_ack, self.to_push = Latencies(), Latencies()


class Pair:
    """A sender, its receiver and the messages between them."""

    def __init__(
        self, sender: LoadPeer, receiver: LoadPeer, load: DirectLoad, tally: Tally
    ) -> None:
        self._write = sender.socket.write
        self._answer = receiver.socket.write if load.version == 2 else None
        self._frames = messages.SendFrames(receiver.key, payload_bytes=load.payload_bytes)
        self._sent_at: list[float] = []
        self._tally = tally
        sender.socket.on_text = self._on_sender_text
        receiver.socket.on_text = self._on_receiver_text

    def send(self) -> None:
        """Sends the next message; its time is kept negative outside the recording."""
        frame = self._frames.take(len(self._sent_at))
        self._tally.sent += 1
        moment = time.perf_counter()
        self._sent_at.append(moment if self._tally.recording else -moment)
        self._write(frame)

    def _on_sender_text(self, payload: bytes) -> None:
        message = messages.decode(payload)
        if message.type != "ack":
            self._tally.receipts += message.type == "receipt"
            return
        if message.queued:
            self._tally.acked += 1
            sent_at = self._sent_at[messages.number_of_ack(message)]
            if sent_at > 0:
                self._tally.to_ack.add(time.perf_counter() - sent_at)
        else:
            self._tally.errors[(message.error or "?").partition(":")[0]] += 1
        if self._tally.sending:
            self.send()

    def _on_receiver_text(self, payload: bytes) -> None:
        message = messages.decode(payload)
        if message.type != "push" or not message.ciphertext:
            return
        self._tally.pushed += 1
        sent_at = self._sent_at[messages.number_of_push(message)]
        if sent_at > 0:
            self._tally.to_push.add(time.perf_counter() - sent_at)
        if self._answer is not None:
            self._answer(messages.client_ack(message.message_id))


async def run(
    url: str, members: Sequence[LoadMember], load: DirectLoad, watch: ProcessorWatch
) -> dict[str, Any]:
    """One round; needs two members a pair. Afterwards every push has come or is `missing`."""
    peers = await arrive_all(url, members[: 2 * load.pairs], version=load.version)
    tally = Tally()
    pairs = [
        Pair(sender, receiver, load, tally)
        for sender, receiver in zip(peers[::2], peers[1::2], strict=True)
    ]
    for pair in pairs:
        for _ in range(load.window):
            pair.send()
    await asyncio.sleep(load.warmup_s)
    tally.recording, before = True, tally.acked
    watch.start()
    await asyncio.sleep(load.seconds)
    acked, usage = tally.acked - before, watch.stop()
    tally.recording = tally.sending = False
    await drain(tally)
    await leave_all(peers)
    return {
        "acked_per_s": round(acked / usage.wall_s, 1),
        **tally.to_ack.summary("ack"),
        **tally.to_push.summary("push"),
        "missing": tally.acked - tally.pushed,
        "errors": dict(tally.errors),
        **usage.shares(),
        "broker_us_per_message": cost_us(usage, acked),
    }


async def drain(tally: Tally) -> None:
    """Waits until everything sent is answered and pushed, or nothing more can be expected."""
    deadline = time.perf_counter() + DRAIN_TIMEOUT_S
    while time.perf_counter() < deadline:
        answered = tally.acked + tally.errors.total()
        if answered >= tally.sent and tally.pushed >= tally.acked:
            return
        await asyncio.sleep(0.02)
