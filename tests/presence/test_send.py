"""A direct message: acked once stored, pushed to whom it was addressed and to nobody else."""

import asyncio

from presence.models import Delivery, Message
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


async def send_ten(sender: WirePeer, target: str) -> list[Frame]:
    return [await sender.message(target) for _ in range(10)]


async def test_ack_names_the_message_and_its_recipients(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key, id="m1")
    assert (ack["type"], ack["id"], ack["queued"]) == ("ack", "m1", True)
    assert (ack["recipients"], ack["online"]) == (1, 1)
    assert ack["messageId"]
    assert not {"error", "duplicate"} & set(ack)


async def test_ack_means_stored(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key, "c3RvcmVk")
    row = await world.stored(lambda: Message.objects.get(id=ack["messageId"]))
    assert (row.ciphertext, row.sender_id) == ("c3RvcmVk", world.alice.member_id)


async def test_push_carries_what_the_receiver_needs_to_decrypt(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key, "Y2lwaGVy", id="m2", nonce="bm9u", priority="now")
    push = await bob.pushed()
    assert push["messageId"] == ack["messageId"]
    assert (push["nonce"], push["ciphertext"], push["priority"]) == ("bm9u", "Y2lwaGVy", "now")
    assert push["senderPubkey"] == alice.key
    assert push["senderMemberPubkey"] == world.alice.pubkey
    assert push["senderName"] == "alice"
    assert push["targetSpec"] == bob.key
    assert (push["clientId"], push["encryption"]) == ("m2", "box")
    assert push["meshId"] == world.mesh_id
    assert push["createdAt"].endswith("Z")
    assert "attempt" not in push


async def test_priority_is_next_unless_said(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    frame = {"type": "send", "targetSpec": bob.key, "nonce": "bg==", "ciphertext": "Yw=="}
    await alice.send_frame(frame)
    assert (await alice.next("ack"))["queued"] is True
    assert (await bob.pushed())["priority"] == "next"


async def test_a_session_key_reaches_that_session_only(world: World) -> None:
    alice = await world.connect(world.alice)
    first, second = await world.connect(world.bob), await world.connect(world.bob)
    await alice.message(first.key)
    await first.pushed()
    await second.sync()
    assert second.texts() == []


async def test_a_member_key_reaches_every_session_of_the_member(world: World) -> None:
    alice = await world.connect(world.alice)
    sessions = [await world.connect(world.bob), await world.connect(world.bob)]
    ack = await alice.message(world.bob.pubkey, "YWxs")
    assert (ack["recipients"], ack["online"]) == (2, 2)
    assert [(await session.pushed())["ciphertext"] for session in sessions] == ["YWxs", "YWxs"]


async def test_nobody_else_gets_it(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    await alice.message(bob.key)
    await carol.sync()
    assert carol.texts() == []


async def test_ones_own_other_sessions_can_be_written_to(world: World) -> None:
    here, there = await world.connect(world.bob), await world.connect(world.bob)
    ack = await here.message(world.bob.pubkey, "bm90ZQ==")
    assert (ack["recipients"], ack["online"]) == (1, 1)
    assert (await there.pushed())["ciphertext"] == "bm90ZQ=="
    await here.sync()
    assert here.texts() == []


async def test_order_is_the_order_acked(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    for n in range(30):
        await alice.send_frame(
            {
                "type": "send",
                "id": f"m{n}",
                "targetSpec": bob.key if n % 2 else world.bob.pubkey,
                "nonce": "bg==",
                "ciphertext": f"{n:04}",
                "priority": "now",
            }
        )
    acked = [(await alice.next("ack"))["id"] for _ in range(30)]
    pushed = [(await bob.pushed())["clientId"] for _ in range(30)]
    assert acked == pushed == [f"m{n}" for n in range(30)]


async def test_many_senders_at_once_lose_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    senders = [await world.connect(world.alice) for _ in range(5)]
    senders += [await world.connect(world.carol) for _ in range(5)]
    acks = await asyncio.gather(*(send_ten(sender, bob.key) for sender in senders))
    wanted = {ack["messageId"] for some in acks for ack in some}
    got = {(await bob.pushed())["messageId"] for _ in range(100)}
    assert got == wanted


async def test_an_ack_echoes_its_request(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    frame = {"type": "send", "_reqId": 77, "targetSpec": bob.key, "nonce": "", "ciphertext": ""}
    await alice.send_frame(frame)
    assert (await alice.next("ack"))["_reqId"] == 77


async def test_expiry_is_never_longer_than_the_brokers(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    short = await alice.message(bob.key, expiresIn=60)
    long = await alice.message(bob.key)
    rows = await world.stored(lambda: {d.message_id: d for d in Delivery.objects.all()})
    lifetime = {i: (r.expires_at - r.updated_at).total_seconds() for i, r in rows.items()}
    assert 59 <= lifetime[short["messageId"]] <= 61
    assert abs(lifetime[long["messageId"]] - 604_800) < 2
