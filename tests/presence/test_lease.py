"""A line that drops keeps its presence for a while; a goodbye ends it at once."""

import pytest

from presence.models import Presence
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def fresh_events(world: World, watcher: WirePeer) -> list[str]:
    """Events since the last look."""
    await world.quiet()
    await watcher.sync()
    events = watcher.events()
    watcher.frames.clear()
    return events


async def test_back_within_the_lease_nobody_hears_anything(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    assert await fresh_events(world, alice) == ["peer_joined"]
    await bob.transport.drop()
    assert await fresh_events(world, alice) == []
    await world.again(bob)
    assert await fresh_events(world, alice) == []


async def test_during_the_lease_the_peer_stays_listed(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    names = [row["displayName"] for row in (await alice.ask("list_peers"))["peers"]]
    assert sorted(names) == ["alice", "bob"]


async def test_a_blip_changes_nothing_the_session_said_of_itself(world: World) -> None:
    bob = await world.connect(world.bob, groups=[{"name": "dev"}])
    await bob.ask("set_status", status="dnd")
    await bob.ask("set_summary", summary="do not disturb")
    await bob.ask("join_group", name="ops", role="watch")
    await bob.transport.drop()
    await world.quiet()
    again = await world.again(bob)
    [row] = (await again.ask("list_peers"))["peers"]
    assert (row["status"], row["statusSource"]) == ("dnd", "manual")
    assert row["summary"] == "do not disturb"
    assert row["groups"] == [{"name": "dev"}, {"name": "ops", "role": "watch"}]


async def test_counters_are_not_counted_twice_after_a_blip(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_stats", stats={"toolCalls": 5})
    await bob.transport.drop()
    await world.quiet()
    again = await world.again(bob)
    await again.ask("set_stats", stats={"toolCalls": 6})
    await again.transport.close()
    await world.quiet()
    assert (await world.connect(world.bob)).hello_ack["restoredStats"]["toolCalls"] == 6


async def test_the_sweep_leaves_a_running_lease_alone(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await fresh_events(world, alice)
    await bob.transport.drop()
    await world.quiet()
    await world.runtime.sweeps.leases()
    assert await fresh_events(world, alice) == []


@pytest.mark.limits(presence_lease_s=0)
async def test_after_the_lease_there_is_one_peer_left(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await fresh_events(world, alice)
    await bob.transport.drop()
    await world.quiet()
    await world.runtime.sweeps.leases()
    await world.runtime.sweeps.leases()
    await alice.sync()
    [event] = [f for f in alice.frames if f.get("event")]
    assert (event["event"], event["eventData"]["reason"]) == ("peer_left", "timeout")
    assert await world.stored(lambda: Presence.objects.count()) == 1


@pytest.mark.limits(presence_lease_s=0)
async def test_after_the_lease_a_peer_returns(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_summary", summary="was here")
    await bob.transport.drop()
    await world.quiet()
    await world.runtime.sweeps.leases()
    await alice.sync()
    alice.frames.clear()
    await world.again(bob)
    await alice.sync()
    [event] = [f for f in alice.frames if f.get("event")]
    assert event["event"] == "peer_returned"
    assert event["eventData"]["summary"] == "was here"
    assert event["eventData"]["lastSeenAt"]


@pytest.mark.parametrize("code", [1000, 1001, 1005])
async def test_a_goodbye_ends_the_presence_at_once(world: World, code: int) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await fresh_events(world, alice)
    await bob.transport.close(code)
    assert await fresh_events(world, alice) == ["peer_left"]
    assert await world.stored(lambda: Presence.objects.count()) == 1


async def test_a_drop_that_looks_like_nothing_is_no_goodbye(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await fresh_events(world, alice)
    await bob.transport.close(1006)
    assert await fresh_events(world, alice) == []


async def test_mail_for_a_session_in_its_lease_waits_and_comes(world: World) -> None:
    """Nobody but that session can read it, and it may be back in a second."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    ack = await alice.message(bob.key, "d2FpdA==", hold=True)
    assert (ack["queued"], ack["online"]) == (True, 0)
    again = await world.again(bob)
    assert (await again.pushed())["ciphertext"] == "d2FpdA=="


async def test_a_session_in_its_lease_is_nobody_connected(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    assert (await alice.message(bob.key))["error"].startswith("no_recipient: ")
    assert (await alice.message(world.bob.pubkey))["error"].startswith("no_recipient: ")


@pytest.mark.limits(presence_lease_s=0)
async def test_mail_for_a_session_that_never_came_back_is_reported_gone(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    sent = await alice.message(bob.key, hold=True)
    await world.quiet()
    await world.runtime.sweeps.leases()
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["reason"]) == (sent["messageId"], "session_gone")


@pytest.mark.limits(node_lease_s=0, presence_lease_s=0)
async def test_presences_of_a_node_that_died_are_swept(world: World) -> None:
    """kill -9: nobody started leases, nobody said goodbye."""
    async with world.second_node() as node:
        await node.connect(world.bob)
        await node.runtime.ledger.flush()
        alice = await world.connect(world.alice)
        await world.runtime.sweeps.heartbeat()
        await world.runtime.sweeps.leases()  # buries the nodes that are silent
        await world.runtime.sweeps.leases()  # ends what their presences were leased
        rows = await world.stored(lambda: list(Presence.objects.values_list("display_name")))
    assert ("bob",) not in rows
    await alice.sync()
