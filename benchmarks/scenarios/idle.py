"""idle: what a session that says nothing costs in memory. Needs the broker on this machine."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.client.arrivals import arrive_all, leave_all
from benchmarks.client.members import LoadMember

WARM_UP_SESSIONS = 50
SETTLE_S = 4.0


@dataclass(frozen=True)
class IdleLoad:
    """How many sessions are there at a time."""

    sessions: int = 1000
    version: int = 1


async def run(
    url: str, members: Sequence[LoadMember], load: IdleLoad, broker_pid: int
) -> dict[str, Any]:
    """Resident memory before and after, garbage collected both times (SIGUSR1).

    A few sessions are there before the first reading and stay, so that what the broker loads and
    allocates once is not counted as the others'.
    """
    early = await arrive_all(url, members[:WARM_UP_SESSIONS], version=load.version)
    before = await resident_bytes(broker_pid)
    peers = await arrive_all(url, members[: load.sessions], version=load.version)
    after = await resident_bytes(broker_pid)
    await leave_all([*early, *peers])
    return {
        "kb_per_connection": round((after - before) / load.sessions / 1024, 2),
        "resident_before_mb": round(before / 1024**2, 1),
        "resident_after_mb": round(after / 1024**2, 1),
    }


async def resident_bytes(pid: int) -> int:
    """The process's resident memory once it has settled and collected its garbage."""
    await asyncio.sleep(SETTLE_S)
    os.kill(pid, signal.SIGUSR1)
    await asyncio.sleep(1)
    return int(psutil.Process(pid).memory_info().rss)
