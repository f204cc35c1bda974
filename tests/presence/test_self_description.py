"""Summary, visibility, profile and counters: what a peer says of itself."""

from typing import Any

import pytest

from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


async def bob_seen_by(asker: WirePeer) -> Frame:
    rows = (await asker.ask("list_peers"))["peers"]
    return next(row for row in rows if row["displayName"] == "bob")


async def test_a_summary_is_seen_and_taken_back(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    assert (await bob.ask("set_summary", summary="tests"))["type"] == "ok"
    assert (await bob_seen_by(alice))["summary"] == "tests"
    await bob.ask("set_summary", summary="")
    assert (await bob_seen_by(alice))["summary"] is None


async def test_hidden_is_marked_and_still_listed(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_visible", visible=False)
    assert (await bob_seen_by(alice))["visible"] is False
    await bob.ask("set_visible", visible=True)
    assert "visible" not in await bob_seen_by(alice)


async def test_a_profile_is_merged_part_by_part(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_profile", title="Dr", avatar="🦉")
    await bob.ask("set_profile", bio="reads", capabilities=["review"])
    profile = {"avatar": "🦉", "title": "Dr", "bio": "reads", "capabilities": ["review"]}
    assert (await bob_seen_by(alice))["profile"] == profile


async def test_a_profile_belongs_to_the_member_and_outlives_its_session(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_profile", title="Dr")
    await bob.transport.close()
    await world.quiet()
    await world.connect(world.bob)
    assert (await bob_seen_by(alice))["profile"] == {"title": "Dr"}


async def test_counters_are_seen(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    assert "stats" not in await bob_seen_by(alice)
    await bob.ask("set_stats", stats={"messagesIn": 1, "uptime": 2.5})
    assert (await bob_seen_by(alice))["stats"] == {"messagesIn": 1, "uptime": 2.5}


BAD: list[tuple[str, dict[str, Any]]] = [
    ("set_summary", {}),
    ("set_summary", {"summary": "x" * 2_001}),
    ("set_summary", {"summary": "nul \x00 inside"}),
    ("set_visible", {"visible": "no"}),
    ("set_profile", {"title": 7}),
    ("set_profile", {"capabilities": ["x"] * 65}),
    ("set_stats", {"stats": {"messagesIn": -1}}),
    ("set_stats", {"stats": {"errors": 2**60}}),
    ("set_stats", {"stats": []}),
    ("set_stats", {}),
]


@pytest.mark.parametrize(("kind", "fields"), BAD)
async def test_what_is_out_of_bounds_is_malformed(
    world: World, kind: str, fields: dict[str, Any]
) -> None:
    bob = await world.connect(world.bob)
    before = await bob_seen_by(bob)
    assert (await bob.ask(kind, **fields))["code"] == "malformed"
    after = await bob_seen_by(bob)
    assert before | {"lastSeenAt": ""} == after | {"lastSeenAt": ""}


QUIET: list[tuple[str, dict[str, Any]]] = [
    ("set_summary", {"summary": "s"}),
    ("set_visible", {"visible": True}),
    ("set_profile", {"title": "t"}),
    ("set_stats", {"stats": {}}),
    ("set_status", {"status": "idle"}),
    ("join_group", {"name": "g"}),
    ("leave_group", {"name": "g"}),
]


@pytest.mark.parametrize(("kind", "fields"), QUIET)
@pytest.mark.parametrize("version", [1, 2])
async def test_nobody_is_answered_that_did_not_ask_for_it(
    world: World, kind: str, fields: dict[str, Any], version: int
) -> None:
    """Version 1 clients would take an ok for the answer to something else, with an id too."""
    bob = await world.connect(world.bob, version=version)
    await bob.send_frame({"type": kind, **fields})
    if version == 1:
        await bob.send_frame({"type": kind, "_reqId": "r", **fields})
    await bob.sync()
    assert bob.frames == []


@pytest.mark.parametrize(("kind", "fields"), QUIET)
async def test_version_two_is_answered_when_it_asks(
    world: World, kind: str, fields: dict[str, Any]
) -> None:
    bob = await world.connect(world.bob)
    assert (await bob.ask(kind, **fields))["type"] == "ok"
