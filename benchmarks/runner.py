"""Brings a scenario and what it measures together: our broker, its floor, or a broker given."""

import asyncio
import contextlib
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
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
        with (
            _target(scenario, choices) as (target, members, told),
            _floor(choices) as floor,
        ):
            measured = _measure_beside(scenario, target, floor, members, choices.rounds)
        result = {"scenario": name, "load": scenario.label, **measured}
        yield {
            **result,
            "conditions": {
                **told,
                **_told(scenario, choices),
                **conditions(broker_is_ours=not choices.url),
            },
        }


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


def _floor(choices: Choices) -> contextlib.AbstractContextManager[Target | None]:
    if choices.url or choices.no_floor:
        return contextlib.nullcontext()
    return serving("benchmarks.broker.floor", {})


def _told(scenario: Scenario, choices: Choices) -> dict[str, Any]:
    return {
        "protocol": choices.protocol,
        "ciphertext_bytes": choices.payload,
        "seconds": choices.seconds,
        "told": f"best of {choices.rounds}" if scenario.repeatable else "one round",
    }


def _measure_beside(
    scenario: Scenario,
    target: Target,
    floor: Target | None,
    members: list[LoadMember],
    rounds: int,
) -> Result:
    """Rounds of the broker and its floor by turns, so that both meet the same machine."""
    taken, floors = [], []
    for _ in range(rounds if scenario.repeatable else 1):
        taken.append(_one_round(scenario, target, members))
        if floor is not None:
            floors.append(_one_round(scenario, floor, members))
    metric, up = scenario.metric, scenario.repeatable
    result = best(taken, metric, higher_is_better=up)
    if not floors:
        return result
    ratios = [one[metric] / beside[metric] for one, beside in zip(taken, floors, strict=True)]
    return {
        **result,
        "ratio_to_floor": round(median(ratios), 3),
        "floor": best(floors, metric, higher_is_better=up),
    }


def _one_round(scenario: Scenario, target: Target, members: list[LoadMember]) -> Result:
    """On the generator's core, without pauses of its own garbage collector."""
    gc.collect()
    gc.disable()
    try:
        with on_core(GENERATOR_CORE):
            return asyncio.run(_run(scenario, target, members))
    finally:
        gc.enable()


async def _run(scenario: Scenario, target: Target, members: list[LoadMember]) -> Result:
    if scenario.name == "idle":
        pids = target.processes.get("broker")
        if not pids:
            raise SystemExit("idle needs the broker's process: --broker-pid")
        return await idle.run(target.url, members, scenario.load, pids[0])
    watch = ProcessorWatch(target.processes)
    return await RUN[scenario.name](target.url, members, scenario.load, watch)
