"""audit_query and audit_verify: what managers see of the log, beside the ledger's thread."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection

from audit.turns import turn
from audit.verifying import verify
from meshes.models import Member
from tests.audit_reading import last_of
from tests.presence.world import World
from tests.unguarded import unguarded
from tests.wire_peer import WirePeer


async def grow(who: WirePeer, count: int) -> None:
    """So many more entries in the log."""
    for number in range(count):
        caps = ["dm"] if number % 2 else ["read"]
        await who.ask("set_grants", grants={who.identity.keys.public: caps})


async def test_a_query_tells_the_newest_first_and_how_many_there_are(world: World) -> None:
    alice = await world.connect(world.alice)
    await grow(alice, 3)
    reply = await alice.ask("audit_query", limit=2)
    assert [row["id"] for row in reply["entries"]] == ["7", "6"]
    assert (reply["type"], reply["total"]) == ("audit_result", 7)
    newest = reply["entries"][0]
    assert newest["eventType"] == "grants_changed"
    assert newest["actor"] == world.alice.member_id
    assert newest["payload"] == {"changed": {world.alice.keys.public: ["read"]}}
    assert set(newest) == {"id", "eventType", "actor", "payload", "hash", "createdAt"}


async def test_without_a_limit_it_is_fifty(world: World) -> None:
    alice = await world.connect(world.alice)
    await grow(alice, 60)
    reply = await alice.ask("audit_query", offset=3)
    assert (len(reply["entries"]), reply["entries"][0]["id"]) == (50, "61")


async def test_a_query_of_one_type(world: World) -> None:
    alice = await world.connect(world.alice)
    await grow(alice, 3)
    reply = await alice.ask("audit_query", eventType="key_created")
    assert ([row["id"] for row in reply["entries"]], reply["total"]) == (["3", "2"], 2)
    assert (await alice.ask("audit_query", eventType="nonsense"))["entries"] == []


@pytest.mark.parametrize("limit", [0, 1001, -1, "all"])
async def test_a_limit_is_from_one_to_a_thousand(world: World, limit: Any) -> None:
    alice = await world.connect(world.alice)
    assert (await alice.ask("audit_query", limit=limit))["code"] == "malformed"


async def test_a_log_that_holds(world: World) -> None:
    alice = await world.connect(world.alice)
    reply = await alice.ask("audit_verify")
    [newest] = (await alice.ask("audit_query", limit=1))["entries"]
    assert (reply["valid"], reply["entries"], reply["head"]) == (True, 4, newest["hash"])
    assert "brokenAt" not in reply


async def test_a_log_that_was_changed(world: World) -> None:
    alice = await world.connect(world.alice)
    await world.stored(lambda: edit(world.mesh_id, 3))
    reply = await alice.ask("audit_verify")
    assert (reply["valid"], reply["entries"], reply["brokenAt"]) == (False, 2, 3)


@pytest.mark.parametrize("kind", ["audit_query", "audit_verify"])
async def test_members_may_not_look(world: World, kind: str) -> None:
    bob = await world.connect(world.bob)
    assert (await bob.ask(kind))["code"] == "forbidden"


@pytest.mark.parametrize("kind", ["audit_query", "audit_verify"])
async def test_an_admin_may_until_it_is_none(world: World, kind: str) -> None:
    dora = await world.connect(await world.join("dora", role="admin"))
    assert "code" not in await dora.ask(kind)
    rows = Member.objects.filter(id=dora.identity.member_id)
    await world.stored(lambda: rows.update(role="member"))
    assert (await dora.ask(kind))["code"] == "forbidden"


async def test_a_long_verification_holds_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    walking, released = threading.Event(), threading.Event()

    def slow(mesh_id: str, **rest: Any) -> Any:
        walking.set()
        assert released.wait(10)
        return verify(mesh_id, **rest)

    monkeypatch.setattr("presence.auditing.verify", slow)
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    verdict = asyncio.ensure_future(alice.ask("audit_verify"))
    await asyncio.to_thread(walking.wait, 10)
    assert (await bob.message(world.alice.keys.public))["queued"]
    released.set()
    assert (await verdict)["valid"]


async def test_a_log_is_verified_for_one_at_a_time(world: World) -> None:
    alice = await world.connect(world.alice)
    with turn(world.mesh_id):
        refused = await alice.ask("audit_verify")
    assert (refused["code"], refused["retryAfterMs"]) == ("overloaded", 2000)
    assert (await alice.ask("audit_verify"))["valid"]


async def test_a_node_that_stops_verifies_no_further(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.verifying.PROGRESS_EVERY", 1)
    alice = await world.connect(world.alice)
    world.runtime.draining = True
    assert (await alice.ask("audit_verify"))["code"] == "unavailable"


async def test_each_look_gives_its_connection_back(world: World) -> None:
    opened = []

    def look(mesh_id: str, **rest: Any) -> Any:
        opened.append(connection.connection)
        return verify(mesh_id, **rest)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("presence.auditing.verify", look)
        await world.runtime.auditing.verify(world.mesh_id)
    assert await asyncio.to_thread(lambda: connection.connection) is None


def edit(mesh_id: str, seq: int) -> None:
    """Changes an entry behind the triggers."""
    change = "UPDATE audit_auditentry SET actor = 'mallory' WHERE mesh_id = %s AND seq = %s"
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(change, [mesh_id, seq])


async def test_what_bob_does_is_in_the_log_by_the_time_he_is_answered(world: World) -> None:
    bob = await world.connect(world.bob)
    await grow(bob, 1)
    written = await world.stored(lambda: last_of(world.mesh_id))
    assert (written.type, written.actor) == ("grants_changed", world.bob.member_id)
