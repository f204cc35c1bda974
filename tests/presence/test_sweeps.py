"""What goes by the clock: every sweep does its work, and one that fails is seen and tried again."""

import asyncio
import logging
from datetime import timedelta

import pytest
from django.db import OperationalError

from presence.clock import now
from presence.models import Delivery, Message, Node, SpentHello
from presence.tasks import Tasks
from tests.presence.world import World


async def make_old(world: World, age: timedelta) -> None:
    moment = now() - age
    await world.stored(lambda: Delivery.objects.update(updated_at=moment))
    await world.stored(lambda: Message.objects.update(created_at=moment))


async def stored_messages(world: World) -> int:
    return await world.stored(lambda: Message.objects.count())


async def test_settled_messages_go_after_their_retention(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    await bob.pushed()
    await alice.next("receipt")
    await make_old(world, timedelta(hours=25))
    await world.runtime.sweeps.prune()
    assert await stored_messages(world) == 0


async def test_settled_messages_stay_for_their_retention(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    await bob.pushed()
    await alice.next("receipt")
    await make_old(world, timedelta(hours=23))
    await world.runtime.sweeps.prune()
    assert await stored_messages(world) == 1


async def test_what_waits_is_not_pruned_however_old(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, hold=True)
    await make_old(world, timedelta(days=6))
    await world.runtime.sweeps.prune()
    assert await stored_messages(world) == 1


async def test_spent_hellos_are_forgotten(world: World) -> None:
    past = now() - timedelta(seconds=1)
    await world.stored(lambda: SpentHello.objects.create(signature="ab", expires_at=past))
    await world.runtime.sweeps.prune()
    assert await world.stored(lambda: SpentHello.objects.count()) == 0


async def test_a_node_says_that_it_lives(world: World) -> None:
    before = now()
    await world.runtime.sweeps.heartbeat()
    node_id = world.runtime.node_id
    beat = await world.stored(lambda: Node.objects.get(id=node_id).heartbeat_at)
    assert beat >= before


async def test_a_sweep_that_fails_is_logged_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks, runs, done = Tasks(), 0, asyncio.Event()

    async def sweep() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise OperationalError("the database has gone away")
        done.set()

    with caplog.at_level(logging.ERROR):
        tasks.every(0.001, sweep)
        await asyncio.wait_for(done.wait(), 5)
    await tasks.stop()
    assert caplog.text.count("the database has gone away") >= 2
