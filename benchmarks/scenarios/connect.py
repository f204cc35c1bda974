"""connect: as many hellos as the broker takes; the sessions stay until all have arrived."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.client.arrivals import LoadPeer, arrive, leave_all
from benchmarks.client.load_socket import ConnectionFailed
from benchmarks.client.members import LoadMember, LoadSession
from benchmarks.measuring.cost import cost_us
from benchmarks.measuring.latency import Latencies
from benchmarks.measuring.processor import ProcessorWatch

SETTLE_S = 2.0


@dataclass(frozen=True)
class ConnectLoad:
    """How many sessions, and how many of them are on the way at a time."""

    sessions: int = 1000
    at_once: int = 32
    version: int = 1


async def run(
    url: str, members: Sequence[LoadMember], load: ConnectLoad, watch: ProcessorWatch
) -> dict[str, Any]:
    """One round, each session with a key of its own; a session a member."""
    waiting = [LoadSession(member) for member in members[: load.sessions]]
    latencies, errors = Latencies(), Counter[str]()
    peers: list[LoadPeer] = []

    async def keep_arriving() -> None:
        while waiting:
            session = waiting.pop()
            since = time.perf_counter()
            try:
                peers.append(await arrive(url, session, version=load.version))
            except (ConnectionFailed, OSError, TimeoutError) as error:
                errors[str(error)] += 1
                continue
            latencies.add(time.perf_counter() - since)

    watch.start()
    await asyncio.gather(*(keep_arriving() for _ in range(load.at_once)))
    usage = watch.stop()
    arrived = len(peers)
    await leave_all(peers)
    await asyncio.sleep(SETTLE_S)
    return {
        "hellos_per_s": round(arrived / usage.wall_s, 1),
        **latencies.summary("hello"),
        "errors": dict(errors),
        **usage.shares(),
        "broker_us_per_hello": cost_us(usage, arrived),
    }
