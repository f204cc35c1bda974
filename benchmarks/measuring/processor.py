"""Processor time of the processes that take part, and of everything else on the machine.

A generator near 100 % means the figure is the generator's; a broker well below 100 % on its core
means that something else held it up: the database, the generator or other programs.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

OTHERS = "others"


@dataclass(frozen=True)
class Usage:
    """Seconds on the clock, and of processor time by role."""

    wall_s: float
    cpu_s: dict[str, float]

    def shares(self) -> dict[str, float]:
        """Percent of one core, by role."""
        return {
            f"{role}_cpu_percent": round(100 * seconds / self.wall_s, 1)
            for role, seconds in self.cpu_s.items()
        }


class ProcessorWatch:
    """Reads processor time of named roles; `generator` is this process."""

    def __init__(self, processes: Mapping[str, Sequence[int]] | None = None) -> None:
        pids = {"generator": [os.getpid()], **(processes or {})}
        self._roles = {role: [psutil.Process(pid) for pid in ids] for role, ids in pids.items()}
        self.start()

    def start(self) -> None:
        """Counts from now on."""
        self._since = time.perf_counter()
        self._before = self._read()

    def stop(self) -> Usage:
        """What was used since `start`."""
        after = self._read()
        used = {role: after[role] - self._before[role] for role in after}
        ours = sum(used[role] for role in self._roles)
        used[OTHERS] = max(0.0, used[OTHERS] - ours)
        return Usage(time.perf_counter() - self._since, used)

    def _read(self) -> dict[str, float]:
        seconds = {
            role: sum(map(_family_seconds, processes)) for role, processes in self._roles.items()
        }
        machine = psutil.cpu_times()
        seconds[OTHERS] = sum(machine) - machine.idle - getattr(machine, "iowait", 0.0)
        return seconds


def _family_seconds(process: psutil.Process) -> float:
    """Processor time of a process and, unless it is this one, of its children."""
    times = process.cpu_times()
    total = times.user + times.system
    if process.pid == os.getpid():
        return total
    total += times.children_user + times.children_system
    for child in process.children():
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total
