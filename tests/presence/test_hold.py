"""hold: what is stored for people who are not here, and who gets it then."""

from tests.presence.world import World
from tests.wire_peer import WirePeer


async def texts(world: World, peer: WirePeer) -> list[str]:
    await world.quiet()
    await peer.sync()
    return peer.texts()


async def test_held_for_a_member_it_comes_with_the_next_session(world: World) -> None:
    alice = await world.connect(world.alice)
    ack = await alice.message(world.bob.pubkey, "aGVsZA==", hold=True)
    assert (ack["queued"], ack["recipients"], ack["online"]) == (True, 1, 0)
    bob = await world.connect(world.bob)
    assert await texts(world, bob) == ["aGVsZA=="]


async def test_held_mail_keeps_its_order(world: World) -> None:
    alice = await world.connect(world.alice)
    for n in range(300):  # more than a window takes at once
        await alice.message(world.bob.pubkey, f"{n:03}", hold=True)
    bob = await world.connect(world.bob)
    got = [(await bob.pushed())["ciphertext"] for _ in range(300)]
    assert got == [f"{n:03}" for n in range(300)]


async def test_only_one_of_two_sessions_at_once_gets_it(world: World) -> None:
    alice = await world.connect(world.alice)
    for n in range(5):
        await alice.message(world.bob.pubkey, f"{n}", hold=True)
    sessions = [await world.connect(world.bob), await world.connect(world.bob)]
    got = [await texts(world, session) for session in sessions]
    assert sorted(got[0] + got[1]) == ["0", "1", "2", "3", "4"]


async def test_what_one_session_was_pushed_and_did_not_ack_goes_to_the_next(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, "aGVsZA==", hold=True)
    first = world.open(world.bob)
    first.acks_pushes = False
    await first.say_hello()
    await first.pushed()
    await first.transport.close()
    await world.quiet()
    second = await world.connect(world.bob)
    assert await texts(world, second) == ["aGVsZA=="]


async def test_what_was_acked_comes_no_more(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)
    first = await world.connect(world.bob)
    await first.pushed()
    await first.sync()
    await first.transport.close()
    await world.quiet()
    assert await texts(world, await world.connect(world.bob)) == []


async def test_a_one_shot_command_takes_no_held_mail(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, "aGVsZA==", hold=True)
    command = await world.connect(world.bob, ephemeral=True)
    assert await texts(world, command) == []
    assert await texts(world, await world.connect(world.bob)) == ["aGVsZA=="]


async def test_nobody_else_can_fetch_it(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)
    assert await texts(world, await world.connect(world.carol)) == []


async def test_hold_changes_nothing_for_the_connected(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(world.bob.pubkey, hold=True)
    assert (ack["recipients"], ack["online"]) == (1, 1)
    assert len(await texts(world, bob)) == 1


async def test_held_in_the_same_instant_as_the_hello_it_comes(world: World) -> None:
    """Both share a batch: the hello must not be told that there is no mail."""
    alice = await world.connect(world.alice)
    bob = world.open(world.bob)
    async with world.stalled_database():
        nonce = (await bob.next("welcome"))["nonce"]
        await bob.send_frame(world.bob.hello_v2(bob.session, nonce))
        frame = {"type": "send", "targetSpec": world.bob.pubkey, "hold": True}
        await alice.send_frame(frame | {"nonce": "", "ciphertext": "aW4gdGltZQ=="})
    await bob.next("hello_ack")
    assert (await alice.next("ack"))["queued"] is True
    assert await texts(world, bob) == ["aW4gdGltZQ=="]


async def test_sent_in_the_same_instant_as_the_goodbye_it_waits_for_the_member(
    world: World,
) -> None:
    """The batch commits after the presence has ended; nobody would ever ask for that address."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    async with world.stalled_database():
        frame = {"type": "send", "targetSpec": world.bob.pubkey, "nonce": ""}
        await alice.send_frame(frame | {"ciphertext": "bGF0ZQ=="})
        await bob.transport.close()
    assert (await alice.next("ack"))["queued"] is True
    await world.quiet()
    assert await texts(world, await world.connect(world.bob)) == ["bGF0ZQ=="]


async def test_sent_to_a_session_in_the_instant_of_its_goodbye_it_is_reported_gone(
    world: World,
) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    async with world.stalled_database():
        await alice.send_frame(
            {"type": "send", "targetSpec": bob.key, "nonce": "", "ciphertext": ""}
        )
        await bob.transport.close()
    assert (await alice.next("ack"))["queued"] is True
    assert (await alice.next("receipt"))["reason"] == "session_gone"
