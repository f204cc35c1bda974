"""A broadcast: everybody else on the mesh, and an honest answer when that is nobody."""

import pytest

from tests.presence.world import World
from tests.wire_peer import WirePeer


async def heard(peer: WirePeer) -> int:
    await peer.sync()
    return len(peer.texts())


@pytest.mark.parametrize("target", ["*", "@all"])
async def test_everybody_else_hears_it(world: World, target: str) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol, version=1)
    ack = await alice.message(target)
    assert (ack["queued"], ack["recipients"], ack["online"]) == (True, 2, 2)
    assert (await bob.pushed())["targetSpec"] == target
    assert (await carol.pushed())["ciphertext"]


async def test_the_sender_hears_nothing_on_any_session(world: World) -> None:
    here, there = await world.connect(world.alice), await world.connect(world.alice)
    await world.connect(world.bob)
    await here.message("*")
    assert [await heard(here), await heard(there)] == [0, 0]


async def test_nobody_of_another_mesh_hears_it(world: World) -> None:
    alice, mallory = await world.connect(world.alice), await world.connect(world.mallory)
    await world.connect(world.bob)
    await alice.message("*")
    assert await heard(mallory) == 0


async def test_with_nobody_there_it_is_refused_and_not_thrown_away(world: World) -> None:
    alice = await world.connect(world.alice)
    ack = await alice.message("*")
    assert (ack["queued"], ack["error"].split(":")[0]) == (False, "no_recipient")


async def test_only_ones_own_sessions_are_nobody(world: World) -> None:
    alice, _ = await world.connect(world.alice), await world.connect(world.alice)
    assert (await alice.message("*"))["queued"] is False


async def test_held_it_waits_for_every_member(world: World) -> None:
    alice = await world.connect(world.alice)
    ack = await alice.message("*", "aGVsZA==", hold=True)
    assert (ack["recipients"], ack["online"]) == (2, 0)
    for member in (world.bob, world.carol):
        peer = await world.connect(member)
        assert (await peer.pushed())["ciphertext"] == "aGVsZA=="


async def test_a_hidden_peer_hears_nothing(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    await bob.ask("set_visible", visible=False)
    assert (await alice.message("*"))["recipients"] == 1
    assert [await heard(bob), await heard(carol)] == [0, 1]
    await bob.ask("set_visible", visible=True)
    await alice.message("*")
    assert await heard(bob) == 1


async def test_a_hidden_peer_still_gets_its_own_mail(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_visible", visible=False)
    await alice.message(bob.key)
    assert await heard(bob) == 1


async def test_a_one_shot_command_is_no_recipient(world: World) -> None:
    alice, _ = await world.connect(world.alice), await world.connect(world.bob, ephemeral=True)
    assert (await alice.message("*"))["queued"] is False


async def test_a_broadcast_while_somebody_arrives_comes_exactly_once(world: World) -> None:
    """Broadcasts racing with the mail read at hello were delivered twice elsewhere."""
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)  # so that hello starts a read
    bob = world.open(world.bob)
    async with world.stalled_database():
        hello = world.bob.hello_v2(bob.session, (await bob.next("welcome"))["nonce"])
        await bob.send_frame(hello)
        for n in range(10):
            frame = {"type": "send", "id": f"b{n}", "targetSpec": "*", "hold": True}
            more = {"nonce": "", "ciphertext": f"{n}", "encryption": "group"}
            await alice.send_frame(frame | more)
    await bob.next("hello_ack")
    acked = {(await alice.next("ack"))["messageId"] for _ in range(10)}
    await world.quiet()
    await bob.sync()
    got = [f["messageId"] for f in bob.frames if f["type"] == "push" and f["messageId"]]
    assert len(got) == len(set(got)) == 11
    assert acked < set(got)
