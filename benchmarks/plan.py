"""The scenarios: the load each makes, the members it needs, the figure it is judged by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scenarios.broadcast import BroadcastLoad
from benchmarks.scenarios.connect import ConnectLoad
from benchmarks.scenarios.direct import DirectLoad
from benchmarks.scenarios.idle import IdleLoad

METRICS = {
    "direct": "acked_per_s",
    "broadcast": "deliveries_per_s",
    "connect": "hellos_per_s",
    "idle": "kb_per_connection",
}


@dataclass(frozen=True)
class Choices:
    """The command line."""

    scenarios: Sequence[str]
    url: str | None
    members: Path | None
    broker_pid: int | None
    database: str
    rounds: int
    no_floor: bool
    pairs: int
    window: Sequence[int]
    recipients: int
    outstanding: int
    sessions: int
    mesh_size: int
    at_once: int
    seconds: float
    payload: int
    protocol: int
    table: bool


@dataclass(frozen=True)
class Scenario:
    """One load: `label` tells it from others of the scenario; it needs `meshes` x `members`."""

    name: str
    label: str
    load: Any
    meshes: int
    members: int

    @property
    def metric(self) -> str:
        """The figure that decides which round is the best."""
        return METRICS[self.name]

    @property
    def repeatable(self) -> bool:
        """Whether a process can be measured again: memory once taken is not taken twice."""
        return self.name != "idle"


def direct(choices: Choices) -> list[Scenario]:
    """A scenario for each window; all pairs are in one mesh."""
    return [
        Scenario(
            "direct",
            f"{choices.pairs} x {window}",
            DirectLoad(
                pairs=choices.pairs,
                window=window,
                seconds=choices.seconds,
                payload_bytes=choices.payload,
                version=choices.protocol,
            ),
            meshes=1,
            members=2 * choices.pairs,
        )
        for window in choices.window
    ]


def broadcast(choices: Choices) -> list[Scenario]:
    """One mesh, everybody in it hears."""
    load = BroadcastLoad(
        recipients=choices.recipients,
        outstanding=choices.outstanding,
        seconds=choices.seconds,
        payload_bytes=choices.payload,
        version=choices.protocol,
    )
    label = f"to {choices.recipients} x {choices.outstanding}"
    return [Scenario("broadcast", label, load, meshes=1, members=choices.recipients + 1)]


def connect(choices: Choices) -> list[Scenario]:
    """Many meshes: each arrival is told to the others of its mesh, so the size of it matters."""
    load = ConnectLoad(sessions=choices.sessions, at_once=choices.at_once, version=choices.protocol)
    return [_spread("connect", load, choices)]


def idle(choices: Choices) -> list[Scenario]:
    """The same crowd, silent."""
    return [_spread("idle", IdleLoad(choices.sessions, choices.protocol), choices)]


def _spread(name: str, load: Any, choices: Choices) -> Scenario:
    meshes = -(-choices.sessions // choices.mesh_size)
    label = f"{choices.sessions} in meshes of {choices.mesh_size}"
    return Scenario(name, label, load, meshes=meshes, members=choices.mesh_size)


SCENARIOS: dict[str, Callable[[Choices], list[Scenario]]] = {
    "direct": direct,
    "broadcast": broadcast,
    "connect": connect,
    "idle": idle,
}
