"""client_ack: what is not acked is pushed again, what is acked never."""

import pytest

from presence.models import Delivery
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def silent_bob(world: World, **fields: object) -> WirePeer:
    """bob, whose client reads and never acks."""
    bob = world.open(world.bob)
    bob.acks_pushes = False
    await bob.say_hello(**fields)
    return bob


async def states(world: World) -> list[str]:
    await world.quiet()
    rows = Delivery.objects.order_by("id").values_list("state", flat=True)
    return await world.stored(lambda: list(rows))


async def test_a_push_is_pending_until_it_is_acked(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    push = await bob.pushed()
    assert await states(world) == ["pending"]
    await bob.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    await bob.sync()
    assert await states(world) == ["delivered"]


@pytest.mark.parametrize("stage", ["delivered", "handed", "read"])
async def test_each_stage_is_stored(world: World, stage: str) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    push = await bob.pushed()
    await bob.send_frame({"type": "client_ack", "messageId": push["messageId"], "stage": stage})
    await bob.sync()
    assert await states(world) == [stage]


async def test_stages_never_go_back(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    push = await bob.pushed()
    for stage in ("read", "delivered", "handed"):
        frame = {"type": "client_ack", "messageId": push["messageId"], "stage": stage}
        await bob.send_frame(frame)
        await bob.sync()
        await world.quiet()
    assert await states(world) == ["read"]


@pytest.mark.limits(ack_timeout_s=0)
async def test_without_an_ack_in_time_it_is_pushed_again_and_counted(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    first = await bob.pushed()
    await world.runtime.pusher.repeat_overdue()
    second = await bob.pushed()
    assert second["messageId"] == first["messageId"]
    assert ("attempt" in first, second["attempt"]) == (False, 2)


async def test_within_its_time_it_is_not_pushed_again(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    await bob.pushed()
    await world.runtime.pusher.repeat_overdue()
    await bob.sync()
    assert bob.texts() == []


@pytest.mark.limits(ack_timeout_s=0)
async def test_what_was_acked_is_not_pushed_again(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    await bob.pushed()
    await bob.sync()
    await world.quiet()
    await world.runtime.pusher.repeat_overdue()
    await bob.sync()
    assert bob.texts() == []


@pytest.mark.parametrize("how", ["drop", "close"])
async def test_after_a_reconnect_it_is_pushed_again(world: World, how: str) -> None:
    """A client killed between push and ack has lost nothing."""
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    sent = await alice.message(world.bob.pubkey)
    await bob.pushed()
    await getattr(bob.transport, how)()
    await world.quiet()
    again = await world.again(bob)
    push = await again.pushed()
    assert push["messageId"] == sent["messageId"]
    assert push["attempt"] == 2


async def test_an_ack_from_before_the_reconnect_counts(world: World) -> None:
    """The client has it in its inbox and acks it on the new socket, before it comes again."""
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    push = await bob.pushed()
    await bob.transport.drop()
    await world.quiet()
    again = world.open(world.bob)
    again.session = bob.session
    await again.say_hello()
    await again.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    await again.sync()
    assert await states(world) == ["delivered"]


async def test_nobody_acks_for_somebody_else(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    carol = await world.connect(world.carol)
    await alice.message(bob.key)
    push = await bob.pushed()
    for thief in (carol, alice, await world.connect(world.mallory)):
        await thief.send_frame({"type": "client_ack", "messageId": push["messageId"]})
        await thief.sync()
    assert await states(world) == ["pending"]


async def test_one_session_does_not_ack_for_another_of_the_same_member(world: World) -> None:
    alice, first = await world.connect(world.alice), await silent_bob(world)
    second = await world.connect(world.bob)
    await alice.message(world.bob.pubkey)
    await second.pushed()
    await second.sync()
    assert sorted(await states(world)) == ["delivered", "pending"]
    await first.pushed()


async def test_an_ack_for_nothing_is_ignored(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.send_frame({"type": "client_ack", "messageId": "no-such-message"})
    await bob.sync()
    assert bob.frames == []


@pytest.mark.limits(send_window_messages=4)
async def test_a_full_window_waits_and_goes_on_with_the_acks(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    for n in range(12):
        await alice.message(bob.key, f"{n:02}")
    await world.quiet()
    await bob.sync()
    assert bob.texts() == ["00", "01", "02", "03"]
    got: list[str] = []
    while len(got) < 12:
        push = await bob.pushed()
        got.append(push["ciphertext"])
        await bob.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    assert got == [f"{n:02}" for n in range(12)]


@pytest.mark.limits(send_window_bytes=100)
async def test_a_window_is_bounded_in_bytes_too(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    for n in range(5):
        await alice.message(bob.key, f"{n}" * 60, nonce="")
    await world.quiet()
    await bob.sync()
    assert len(bob.texts()) == 2
    push = await bob.pushed()
    await bob.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    push = await bob.pushed()
    await bob.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    assert (await bob.pushed())["ciphertext"] == "2" * 60


@pytest.mark.limits(send_window_bytes=100, max_attempts=3)
async def test_waiting_for_the_window_is_no_attempt(world: World) -> None:
    """Twenty reads of the mail go by before the last message fits."""
    alice = await world.connect(world.alice)
    for n in range(20):
        await alice.message(world.bob.pubkey, f"{n:02}" * 60, nonce="", hold=True)
    bob = await world.connect(world.bob)
    pushes = [await bob.pushed() for _ in range(20)]
    assert [push["ciphertext"][:2] for push in pushes] == [f"{n:02}" for n in range(20)]
    assert not any("attempt" in push for push in pushes)


@pytest.mark.limits(send_window_bytes=100)
async def test_held_mail_goes_through_the_window_too(world: World) -> None:
    alice = await world.connect(world.alice)
    for n in range(5):
        await alice.message(world.bob.pubkey, f"{n}" * 60, nonce="", hold=True)
    bob = await silent_bob(world)
    await world.quiet()
    await bob.sync()
    assert len(bob.texts()) == 2


async def test_a_client_without_acks_counts_when_it_was_written(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world, capabilities=[])
    await alice.message(bob.key)
    await bob.pushed()
    assert await states(world) == ["delivered"]


async def test_a_client_that_does_not_read_was_not_written_to(world: World) -> None:
    """Claimed as delivered before the socket write, 1,149 of 1,149 messages were lost once."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob, version=1)
    bob.transport.stop_reading()
    for _ in range(3):
        await alice.message(bob.key)
    assert await states(world) == ["pending"] * 3
    await bob.transport.drop()
    await world.quiet()
    assert await states(world) == ["pending"] * 3
    again = await world.again(bob, version=1)
    assert len([await again.pushed() for _ in range(3)]) == 3
