"""message_status: the same as receipts tell, read later from the database."""

from tests.presence.test_redelivery import silent_bob
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


async def status_of(peer: WirePeer, message_id: str) -> Frame:
    return await peer.ask("message_status", messageId=message_id)


async def test_delivered(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    sent = await alice.message(bob.key)
    await bob.sync()
    await world.quiet()
    result = await status_of(alice, sent["messageId"])
    assert result["type"] == "message_status_result"
    assert (result["messageId"], result["targetSpec"]) == (sent["messageId"], bob.key)
    assert (result["delivered"], result["deliveredAt"][-1]) == (True, "Z")
    [row] = result["recipients"]
    assert (row["name"], row["pubkey"]) == ("bob", bob.key)
    assert (row["status"], row["state"]) == ("delivered", "delivered")


async def test_pushed_and_not_acked(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    sent = await alice.message(bob.key)
    result = await status_of(alice, sent["messageId"])
    assert (result["delivered"], result["deliveredAt"]) == (False, None)
    assert [(r["status"], r["state"]) for r in result["recipients"]] == [("held", "pushed")]


async def test_held_for_somebody_offline(world: World) -> None:
    alice = await world.connect(world.alice)
    sent = await alice.message(world.bob.pubkey, hold=True)
    [row] = (await status_of(alice, sent["messageId"]))["recipients"]
    assert (row["pubkey"], row["status"], row["state"]) == (world.bob.pubkey, "held", "stored")


async def test_for_a_session_that_is_away(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    sent = await alice.message(bob.key, hold=True)
    await world.quiet()
    [row] = (await status_of(alice, sent["messageId"]))["recipients"]
    assert row["status"] == "disconnected"


async def test_every_recipient_of_a_broadcast_has_a_row(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await world.connect(world.carol, version=1)
    silent = await silent_bob(world)
    sent = await alice.message("*")
    await bob.sync()
    await silent.sync()
    await world.quiet()
    result = await status_of(alice, sent["messageId"])
    assert sorted(r["name"] for r in result["recipients"]) == ["bob", "bob", "carol"]
    assert result["delivered"] is False


async def test_by_the_clients_own_id_from_another_session(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    sent = await alice.message(bob.key, id="own-id")
    await alice.transport.close()
    later = await world.connect(world.alice)
    assert (await status_of(later, "own-id"))["messageId"] == sent["messageId"]


async def test_other_peoples_messages_are_not_to_be_found(world: World) -> None:
    """Not even by their recipient: whose message it is decides."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    sent = await alice.message(bob.key)
    for nosy in (bob, await world.connect(world.carol), await world.connect(world.mallory)):
        error = await status_of(nosy, sent["messageId"])
        assert (error["type"], error["code"]) == ("error", "not_found")


async def test_unknown(world: World) -> None:
    alice = await world.connect(world.alice)
    assert (await status_of(alice, "no-such-id"))["code"] == "not_found"
