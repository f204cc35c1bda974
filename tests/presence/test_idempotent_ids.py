"""The client's message id: the same again is answered again and sent once."""

from presence.models import Delivery, Message
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


def answer(ack: Frame) -> tuple[str, int, int]:
    return ack["messageId"], ack["recipients"], ack["online"]


async def both_at_once(world: World, alice: WirePeer, target: str, *texts: str) -> list[Frame]:
    """Acks of sends under one id that share a batch."""
    async with world.stalled_database():
        for text in texts:
            frame = {"type": "send", "id": "once", "targetSpec": target, "nonce": ""}
            await alice.send_frame(frame | {"ciphertext": text})
    return [await alice.next("ack") for _ in texts]


async def test_the_same_id_gets_the_first_answer_again(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    first = await alice.message(bob.key, id="once")
    again = await alice.message(bob.key, id="once")
    assert answer(first) == answer(again)
    assert again["duplicate"] is True
    await bob.sync()
    assert len(bob.texts()) == 1
    assert await world.stored(lambda: Message.objects.count()) == 1


async def test_the_first_answer_holds_though_more_people_are_there_now(world: World) -> None:
    alice, _ = await world.connect(world.alice), await world.connect(world.bob)
    first = await alice.message("*", id="once")
    await world.connect(world.carol)
    assert answer(await alice.message("*", id="once")) == answer(first)


async def test_the_same_id_from_another_session_of_the_member(world: World) -> None:
    """The client crashed between send and ack, and repeats it from its outbox."""
    bob, crashed = await world.connect(world.bob), await world.connect(world.alice)
    first = await crashed.message(bob.key, id="once")
    await crashed.transport.drop()
    again = await (await world.connect(world.alice)).message(bob.key, id="once")
    assert answer(again) == answer(first)


async def test_the_same_id_twice_in_one_batch_is_sent_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    acks = await both_at_once(world, alice, bob.key, "c2FtZQ==", "c2FtZQ==")
    assert {ack["messageId"] for ack in acks} == {acks[0]["messageId"]}
    assert sorted(bool(ack.get("duplicate")) for ack in acks) == [False, True]
    await bob.sync()
    assert len(bob.texts()) == 1


async def test_other_content_under_the_same_id_in_one_batch_conflicts(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    acks = await both_at_once(world, alice, bob.key, "Zmlyc3Q=", "c2Vjb25k")
    assert [ack["queued"] for ack in acks] == [True, False]
    assert acks[1]["error"].startswith("conflict: ")


async def test_other_content_under_the_same_id_conflicts(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key, "Zmlyc3Q=", id="once")
    for fields in ({"text": "b3RoZXI="}, {"nonce": "b3RoZXI="}):
        ack = await alice.message(bob.key, id="once", **fields)
        assert (ack["queued"], ack["error"][:9]) == (False, "conflict:")


async def test_another_target_under_the_same_id_conflicts(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    await alice.message(bob.key, id="once")
    assert (await alice.message(carol.key, id="once"))["error"].startswith("conflict: ")


async def test_the_same_id_from_another_member_is_another_message(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    first = await alice.message(carol.key, id="once")
    second = await bob.message(carol.key, id="once")
    assert (second["queued"], "duplicate" in second) == (True, False)
    assert first["messageId"] != second["messageId"]


async def test_the_same_id_after_the_recipient_has_left(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    first = await alice.message(bob.key, id="once")
    await bob.pushed()
    await bob.transport.close()
    await world.quiet()
    again = await alice.message(bob.key, id="once")
    assert (answer(again), again["duplicate"]) == (answer(first), True)


async def test_an_id_that_was_refused_may_be_used_again(world: World) -> None:
    alice = await world.connect(world.alice)
    assert (await alice.message(world.bob.pubkey, id="once"))["queued"] is False
    bob = await world.connect(world.bob)
    ack = await alice.message(world.bob.pubkey, id="once")
    assert (ack["queued"], "duplicate" in ack) == (True, False)
    await bob.pushed()


async def test_sends_without_an_id_are_all_different(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    frame = {"type": "send", "targetSpec": bob.key, "nonce": "", "ciphertext": ""}
    await alice.send_frame(frame)
    await alice.send_frame(frame)
    first, second = await alice.next("ack"), await alice.next("ack")
    assert first["messageId"] != second["messageId"]
    assert await world.stored(lambda: Delivery.objects.count()) == 2


async def test_the_same_id_on_two_nodes_is_sent_once(world: World) -> None:
    async with world.second_node() as node:
        here, bob = await world.connect(world.alice), await world.connect(world.bob)
        there = await node.connect(world.alice)
        first = await here.message(bob.key, id="once")
        again = await there.message(bob.key, id="once")
    assert answer(first) == answer(again)
    assert again["duplicate"] is True
