"""set_status: said by hand; and what becomes of a status nobody confirms."""

from datetime import timedelta

import pytest

from presence.clock import now
from presence.models import Presence
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def status_of(bob: WirePeer) -> tuple[str, str]:
    [row] = [row for row in (await bob.ask("list_peers"))["peers"] if row["displayName"] == "bob"]
    return row["status"], row["statusSource"]


def hooked(world: World, status: str, *, seconds_ago: float = 0) -> None:
    """As if a hook had said so; hooks themselves come over HTTP."""
    [peer] = world.roster.peers_of(world.bob.member_id)
    peer.status, peer.status_source = status, "hook"
    peer.status_at = now() - timedelta(seconds=seconds_ago)


@pytest.mark.parametrize("status", ["idle", "working", "dnd"])
async def test_said_by_hand(world: World, status: str) -> None:
    bob = await world.connect(world.bob)
    assert (await bob.ask("set_status", status=status))["type"] == "ok"
    assert await status_of(bob) == (status, "manual")
    row = await world.stored(lambda: Presence.objects.get())
    assert (row.status, row.status_source) == (status, "manual")


async def test_unknown_status_is_malformed(world: World) -> None:
    bob = await world.connect(world.bob)
    assert (await bob.ask("set_status", status="lunch"))["code"] == "malformed"
    assert await status_of(bob) == ("idle", "inferred")


async def test_a_fresh_hook_is_not_overruled_and_that_is_said(world: World) -> None:
    bob = await world.connect(world.bob)
    hooked(world, "working")
    assert (await bob.ask("set_status", status="idle"))["code"] == "status_kept"
    assert await status_of(bob) == ("working", "hook")


async def test_a_hook_of_half_a_minute_ago_is_overruled(world: World) -> None:
    bob = await world.connect(world.bob)
    hooked(world, "working", seconds_ago=31)
    await bob.ask("set_status", status="idle")
    assert await status_of(bob) == ("idle", "manual")


async def test_dnd_is_set_and_lifted_by_hand_whatever_a_hook_says(world: World) -> None:
    bob = await world.connect(world.bob)
    hooked(world, "working")
    assert (await bob.ask("set_status", status="dnd"))["type"] == "ok"
    assert (await bob.ask("set_status", status="idle"))["type"] == "ok"
    assert await status_of(bob) == ("idle", "manual")


@pytest.mark.limits(working_timeout_s=0)
async def test_working_that_nobody_confirms_falls_back_to_idle(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_status", status="working")
    await world.runtime.sweeps.tick()
    assert await status_of(bob) == ("idle", "inferred")


@pytest.mark.limits(working_timeout_s=0)
async def test_dnd_never_falls_back(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_status", status="dnd")
    await world.runtime.sweeps.tick()
    assert await status_of(bob) == ("dnd", "manual")


async def test_working_within_its_time_stays(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_status", status="working")
    await world.runtime.sweeps.tick()
    assert await status_of(bob) == ("working", "manual")


async def test_a_message_does_not_change_a_status_said_by_hand(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_status", status="working")
    await alice.message(bob.key, priority="now")
    await bob.pushed()
    await bob.message(alice.key)
    assert await status_of(bob) == ("working", "manual")


async def test_the_others_see_it(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_status", status="dnd")
    assert await status_of(alice) == ("dnd", "manual")
