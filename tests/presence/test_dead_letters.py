"""Messages nobody took: given up in the open, never in silence."""

from datetime import timedelta

import pytest

from presence.clock import now
from presence.models import Delivery, Message, SpentHello
from tests.presence.test_redelivery import silent_bob
from tests.presence.world import World


@pytest.mark.limits(ack_timeout_s=0, max_attempts=3)
async def test_after_so_many_attempts_it_is_a_dead_letter(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    sent = await alice.message(bob.key)
    attempts = []
    for _ in range(3):
        attempts.append((await bob.pushed()).get("attempt", 1))
        await world.runtime.pusher.repeat_overdue()
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["state"]) == (sent["messageId"], "undeliverable")
    assert receipt["reason"] == "no_ack"
    assert attempts == [1, 2, 3]
    await world.runtime.pusher.repeat_overdue()
    await bob.sync()
    assert bob.texts() == []


@pytest.mark.limits(max_attempts=3)
async def test_reconnecting_counts_as_an_attempt(world: World) -> None:
    """A client that crashes on a message must not be sent it for ever."""
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    await alice.message(bob.key)
    await bob.pushed()
    for _ in range(2):
        await bob.transport.drop()
        await world.quiet()
        again = world.open(world.bob)
        again.session, again.acks_pushes = bob.session, False
        await again.say_hello()
        await again.pushed()
        bob = again
    await bob.transport.drop()
    await world.quiet()
    last = await world.again(bob)
    await world.quiet()
    await last.sync()
    assert last.texts() == []
    assert (await alice.next("receipt"))["reason"] == "no_ack"


@pytest.mark.limits(ack_timeout_s=0, max_attempts=1)
async def test_a_dead_letter_is_visible_and_can_be_sent_anew(world: World) -> None:
    alice, bob = await world.connect(world.alice), await silent_bob(world)
    sent = await alice.message(bob.key)
    await world.runtime.pusher.repeat_overdue()
    result = await alice.ask("message_status", messageId=sent["messageId"])
    assert result["delivered"] is False
    assert result["recipients"][0]["state"] == "undeliverable"
    assert (await alice.message(bob.key))["queued"] is True


async def expire(world: World) -> None:
    past = now() - timedelta(seconds=1)
    await world.stored(lambda: Delivery.objects.update(expires_at=past))
    await world.runtime.sweeps.prune()


async def test_what_nobody_fetched_expires_and_the_sender_hears_it(world: World) -> None:
    alice = await world.connect(world.alice)
    sent = await alice.message(world.bob.pubkey, hold=True)
    await expire(world)
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["state"]) == (sent["messageId"], "expired")
    result = await alice.ask("message_status", messageId=sent["messageId"])
    assert result["recipients"][0]["state"] == "expired"


async def test_what_has_expired_is_delivered_no_more(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)
    await expire(world)
    bob = await world.connect(world.bob)
    await world.quiet()
    await bob.sync()
    assert bob.texts() == []


async def test_what_is_past_its_time_is_not_delivered_before_the_sweep_either(
    world: World,
) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)
    past = now() - timedelta(seconds=1)
    await world.stored(lambda: Delivery.objects.update(expires_at=past))
    bob = await world.connect(world.bob)
    await world.quiet()
    await bob.sync()
    assert bob.texts() == []


async def test_pruning_deletes_what_is_settled_and_old_and_nothing_else(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    old, young = await alice.message(bob.key), await alice.message(bob.key)
    waiting = await alice.message(world.carol.pubkey, hold=True)
    await bob.sync()
    await world.quiet()
    long_ago = now() - timedelta(days=2)
    ids = [old["messageId"], waiting["messageId"]]

    def age() -> None:
        Delivery.objects.filter(message_id__in=ids).update(updated_at=long_ago)
        Message.objects.filter(id__in=ids).update(created_at=long_ago)

    await world.stored(age)
    await world.runtime.sweeps.prune()
    left = await world.stored(lambda: set(Message.objects.values_list("id", flat=True)))
    assert left == {young["messageId"], waiting["messageId"]}
    assert await world.stored(lambda: Delivery.objects.count()) == 2


async def test_spent_hellos_are_forgotten_once_too_old_to_be_accepted(world: World) -> None:
    await world.connect(world.bob, version=1)
    past = now() - timedelta(seconds=1)
    await world.stored(lambda: SpentHello.objects.update(expires_at=past))
    await world.runtime.sweeps.prune()
    assert await world.stored(lambda: SpentHello.objects.count()) == 0
