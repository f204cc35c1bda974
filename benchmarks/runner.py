"""Brings a scenario and what it measures together: our broker, its floor, or a broker given."""

import asyncio
import contextlib
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.broker.database import database
from benchmarks.broker.process import Target, seeded_members, serving
from benchmarks.client.members import LoadMember, load_members
from benchmarks.measuring.conditions import conditions
from benchmarks.measuring.pinning import GENERATOR_CORE, on_core
from benchmarks.measuring.processor import ProcessorWatch
from benchmarks.measuring.report import Result, best
from benchmarks.plan import SCENARIOS, Choices, Scenario
from benchmarks.scenarios import broadcast, connect, direct, idle

RUN = {"direct": direct.run, "broadcast": broadcast.run, "connect": connect.run}


def measure(name: str, choices: Choices) -> Iterator[Result]:
    """A result for each load of the scenario, each on a fresh broker and database."""
    for scenario in SCENARIOS[name](choices):
        with _target(scenario, choices) as (target, members, told):
            measured = _best_round(scenario, target, members, choices.rounds)
        result = {"scenario": name, "load": scenario.label, **measured}
        if not choices.url and not choices.no_floor:
            result["floor"] = _floor(scenario, members, choices.rounds)
        yield {**result, "conditions": {**told, **_told(choices), **conditions()}}


@contextlib.contextmanager
def _target(
    scenario: Scenario, choices: Choices
) -> Iterator[tuple[Target, list[LoadMember], dict[str, str]]]:
    """What is measured, who speaks to it, and what is known of it."""
    if choices.url and choices.members:
        processes = {"broker": [choices.broker_pid]} if choices.broker_pid else {}
        yield Target(choices.url, processes), load_members(choices.members), {"server": choices.url}
        return
    with (
        database(choices.database) as store,
        serving(
            "benchmarks.broker.serving", {"DATABASE_URL": store.url} if store.url else {}
        ) as ours,
        tempfile.TemporaryDirectory(prefix="claudemesh-bench-members-") as home,
    ):
        file = Path(home, "members.json")
        seeded_members(ours, meshes=scenario.meshes, members=scenario.members, into=file)
        target = Target(ours.url, {**ours.processes, **store.processes}, ours.environment)
        yield target, load_members(file), {"server": "claudemesh on Daphne", **store.conditions}


def _floor(scenario: Scenario, members: list[LoadMember], rounds: int) -> Result:
    with serving("benchmarks.broker.floor", {}) as floor:
        return _best_round(scenario, floor, members, rounds)


def _told(choices: Choices) -> dict[str, Any]:
    return {
        "protocol": choices.protocol,
        "ciphertext_bytes": choices.payload,
        "seconds": choices.seconds,
        "told": f"best of {choices.rounds}",
    }


def _best_round(
    scenario: Scenario, target: Target, members: list[LoadMember], rounds: int
) -> Result:
    """Runs the rounds on the generator's core, without pauses of its own garbage collector."""
    taken = []
    with on_core(GENERATOR_CORE):
        for _ in range(rounds):
            gc.collect()
            gc.disable()
            taken.append(asyncio.run(_one_round(scenario, target, members)))
            gc.enable()
    return best(taken, scenario.metric, higher_is_better=scenario.name != "idle")


async def _one_round(scenario: Scenario, target: Target, members: list[LoadMember]) -> Result:
    if scenario.name == "idle":
        pids = target.processes.get("broker")
        if not pids:
            raise SystemExit("idle needs the broker's process: --broker-pid")
        return await idle.run(target.url, members, scenario.load, pids[0])
    watch = ProcessorWatch(target.processes)
    return await RUN[scenario.name](target.url, members, scenario.load, watch)
