"""Mail a node stored for a session of another node that had gone, before it heard of that."""

from tests.presence.world import World


async def test_for_the_session_itself_it_is_reported_gone(world: World) -> None:
    alice = await world.connect(world.alice)
    async with world.second_node() as node:
        bob = await node.connect(world.bob)
        await world.runtime.rosters.refresh(world.mesh_id)
        await bob.transport.close()
        await node.quiet()
    sent = await alice.message(bob.key)
    assert sent["queued"] is True
    await world.runtime.rosters.refresh(world.mesh_id)
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["reason"]) == (sent["messageId"], "session_gone")


async def test_for_the_member_it_waits_for_the_next_session(world: World) -> None:
    alice = await world.connect(world.alice)
    async with world.second_node() as node:
        bob = await node.connect(world.bob)
        await world.runtime.rosters.refresh(world.mesh_id)
        await bob.transport.close()
        await node.quiet()
    assert (await alice.message(world.bob.pubkey, "bGF0ZQ=="))["queued"] is True
    await world.runtime.rosters.refresh(world.mesh_id)
    await world.quiet()
    again = await world.connect(world.bob)
    assert (await again.pushed())["ciphertext"] == "bGF0ZQ=="


async def test_of_a_session_that_moved_to_another_node_nothing_is_taken(world: World) -> None:
    alice = await world.connect(world.alice)
    async with world.second_node() as node:
        bob = await node.connect(world.bob)
        await world.runtime.rosters.refresh(world.mesh_id)
        await node.again(bob)
        await alice.message(bob.key)
        await world.runtime.rosters.refresh(world.mesh_id)
        await world.quiet()
        await alice.sync()
        assert not [frame for frame in alice.frames if frame["type"] == "receipt"]
