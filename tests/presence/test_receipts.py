"""Receipts: how far a message has come, told to the session that sent it."""

import pytest

from tests.presence.test_redelivery import silent_bob
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


async def receipts(world: World, peer: WirePeer) -> list[Frame]:
    await world.quiet()
    await peer.sync()
    return [frame for frame in peer.frames if frame["type"] == "receipt"]


async def test_a_receipt_says_who_got_what(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    sent = await alice.message(bob.key, id="m1")
    await bob.sync()
    [receipt] = await receipts(world, alice)
    assert (receipt["messageId"], receipt["id"]) == (sent["messageId"], "m1")
    assert (receipt["recipient"], receipt["recipientName"]) == (bob.key, "bob")
    assert (receipt["state"], "reason" in receipt) == ("delivered", False)
    assert receipt["at"].endswith("Z")


async def test_every_stage_is_told_once_and_in_order(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    push = await bob.pushed()
    for stage in ("delivered", "handed", "handed", "read", "delivered"):
        frame = {"type": "client_ack", "messageId": push["messageId"], "stage": stage}
        await bob.send_frame(frame)
    await bob.sync()
    assert [r["state"] for r in await receipts(world, alice)] == ["delivered", "handed", "read"]


async def test_every_recipient_of_a_broadcast_has_a_receipt(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    await alice.message("*")
    await bob.sync()
    await carol.sync()
    assert {r["recipientName"] for r in await receipts(world, alice)} == {"bob", "carol"}


async def test_only_the_session_that_sent_it_hears(world: World) -> None:
    alice, other = await world.connect(world.alice), await world.connect(world.alice)
    bob = await world.connect(world.bob)
    await alice.message(bob.key)
    await bob.sync()
    assert len(await receipts(world, alice)) == 1
    assert await receipts(world, other) == []
    assert await receipts(world, bob) == []


@pytest.mark.parametrize("fields", [{"version": 1}, {"capabilities": ["client_ack"]}])
async def test_nobody_hears_receipts_that_did_not_ask_for_them(
    world: World, fields: dict[str, object]
) -> None:
    alice, bob = await world.connect(world.alice, **fields), await world.connect(world.bob)
    await alice.send_frame(
        {"type": "send", "targetSpec": bob.key, "nonce": "", "ciphertext": "", "priority": "now"}
    )
    await bob.pushed()
    await bob.sync()
    await world.quiet()
    await alice.send_frame({"type": "mesh_info"})
    await alice.next("mesh_info_result")
    assert "receipt" not in {frame["type"] for frame in alice.frames}


async def test_a_late_ack_is_told_too(world: World) -> None:
    """The person reads it long after the window has forgotten it."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    sent = await alice.message(bob.key)
    await bob.sync()
    await bob.transport.drop()
    await world.quiet()
    again = await world.again(bob)
    frame = {"type": "client_ack", "messageId": sent["messageId"], "stage": "read"}
    await again.send_frame(frame)
    await again.sync()
    assert [r["state"] for r in await receipts(world, alice)] == ["delivered", "read"]


async def test_a_session_that_goes_for_good_makes_its_mail_undeliverable(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    await bob.pushed()
    await bob.transport.close()
    [receipt] = await receipts(world, alice)
    assert (receipt["state"], receipt["reason"]) == ("undeliverable", "session_gone")
    assert receipt["recipient"] == bob.key


async def test_a_one_shot_command_hears_the_receipts_of_what_it_sent(world: World) -> None:
    bob, command = await world.connect(world.bob), await world.connect(world.alice, ephemeral=True)
    await command.message(bob.key)
    await bob.sync()
    assert [r["state"] for r in await receipts(world, command)] == ["delivered"]
