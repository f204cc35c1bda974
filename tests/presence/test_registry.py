"""Rosters in memory: read once for many, and never older than what the caller knows of."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from presence import registry
from presence.registry import Rosters
from presence.roster import MeshView
from presence.storage.rosters import RosterReading


class HeldLedger:
    """Runs work when told to, and hands the result over when told to."""

    def __init__(self) -> None:
        self.works: list[Callable[[], Any]] = []
        self.answers: list[asyncio.Future[Any]] = []

    async def call(self, work: Callable[[], Any]) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self.works.append(work)
        self.answers.append(answer)
        return await answer


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The version that a reading finds."""
    found = {"version": 1}

    def read(mesh_id: str) -> RosterReading:
        mesh = MeshView(mesh_id, "acme", "Acme", found["version"], {}, 0, False)
        return RosterReading(mesh, [], [])

    monkeypatch.setattr(registry, "read_roster", read)
    return found


async def begin(rosters: Rosters) -> "asyncio.Task[Any]":
    task = asyncio.ensure_future(rosters.refresh("m"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_callers_at_the_same_time_share_one_reading(database: dict[str, int]) -> None:
    ledger = HeldLedger()
    rosters = Rosters(ledger, "node", on_load=lambda _: None)  # type: ignore[arg-type]
    tasks = [await begin(rosters) for _ in range(5)]
    assert len(ledger.works) == 1
    ledger.answers[0].set_result(ledger.works[0]())
    assert len({id(roster) for roster in await asyncio.gather(*tasks)}) == 1


async def test_a_reading_that_has_begun_is_not_shared(database: dict[str, int]) -> None:
    """A ban is committed while a reading is on its way back: the ban must be in what follows."""
    ledger = HeldLedger()
    rosters = Rosters(ledger, "node", on_load=lambda _: None)  # type: ignore[arg-type]
    before = await begin(rosters)
    outdated = ledger.works[0]()
    database["version"] = 2
    after = await begin(rosters)
    ledger.answers[0].set_result(outdated)
    assert (await before).mesh.version == 1
    ledger.answers[1].set_result(ledger.works[1]())
    assert (await after).mesh.version == 2
