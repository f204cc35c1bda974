"""A reader that never reads: closed, nothing lost, nobody else disturbed, memory bounded."""

import pytest

from presence.models import Delivery
from tests.presence.world import World

FRAME = "x" * 1_000


@pytest.mark.limits(outbound_max_bytes=20_000)
async def test_one_that_asks_and_never_reads_the_answers_is_closed(world: World) -> None:
    bob = await world.connect(world.bob)
    bob.transport.stop_reading()
    for n in range(200):
        await bob.send_frame({"type": "list_peers", "_reqId": n})
    [session] = world.runtime.hub.of_member(world.bob.member_id)
    while not session.outbound.closing:
        await world.quiet()
        assert session.outbound.queued_bytes <= 20_000
    closed = await bob.closed()
    assert (closed.code, closed.reason) == (3008, "slow_consumer")


@pytest.mark.limits(slow_consumer_s=0.0)
async def test_its_messages_stay_and_come_when_it_reads_again(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    bob.transport.stop_reading()
    for _ in range(40):
        assert (await alice.message(world.bob.pubkey, FRAME, hold=True))["queued"] is True
    await world.runtime.sweeps.tick()
    assert (await bob.closed()).code == 3008
    await world.quiet()
    again = await world.again(bob)
    assert len([await again.pushed() for _ in range(40)]) == 40


@pytest.mark.limits(slow_consumer_s=0.0)
async def test_a_write_that_does_not_end_closes_the_socket(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    bob.transport.stop_reading()
    await alice.message(bob.key)
    await alice.sync()
    await world.runtime.sweeps.tick()
    closed = await bob.closed()
    assert (closed.code, closed.reason) == (3008, "slow_consumer")
    await alice.sync()


@pytest.mark.limits(slow_consumer_s=0.0)
async def test_one_that_reads_is_left_alone(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    await bob.pushed()
    await world.runtime.sweeps.tick()
    await bob.sync()


@pytest.mark.limits(outbound_max_bytes=40_000, send_window_bytes=10_000)
async def test_no_more_than_the_limit_waits_in_memory(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob, version=1)
    bob.transport.stop_reading()
    [session] = world.runtime.hub.of_member(world.bob.member_id)
    most = 0
    for _ in range(50):
        await alice.message(world.bob.pubkey, FRAME, hold=True)
        most = max(most, session.outbound.queued_bytes)
    assert 0 < most <= 12_000
    assert await world.stored(lambda: Delivery.objects.filter(state="pending").count()) == 50


@pytest.mark.limits(outbound_max_bytes=40_000, send_window_bytes=10_000)
async def test_the_others_go_on(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    bob.transport.stop_reading()
    for n in range(40):
        await alice.message("*", f"{n:04}" + FRAME)
        assert (await carol.pushed())["ciphertext"].startswith(f"{n:04}")


@pytest.mark.limits(slow_consumer_s=0.0)
async def test_a_slow_consumer_keeps_its_lease(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.sync()
    alice.frames.clear()
    bob.transport.stop_reading()
    await alice.message(bob.key)
    await alice.sync()
    await world.runtime.sweeps.tick()
    assert (await bob.closed()).code == 3008
    await world.quiet()
    await world.again(bob)
    await alice.sync()
    assert alice.events() == []
