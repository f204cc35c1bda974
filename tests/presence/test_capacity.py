"""Bounds on sessions and on sockets that have not said hello; 300 at once do not pass them."""

import asyncio

import pytest

from presence.models import Presence
from tests.identities import SessionKeys
from tests.presence.world import World
from tests.wire_peer import SocketClosed


async def outcome(world: World, who: object, **fields: object) -> str:
    try:
        await world.connect(who, **fields)  # type: ignore[arg-type]
    except SocketClosed as closed:
        return closed.reason
    return "in"


@pytest.mark.limits(max_sessions_per_member=20, max_sessions_per_mesh=1_000)
async def test_three_hundred_hellos_at_once_do_not_pass_the_limit_of_a_member(
    world: World,
) -> None:
    outcomes = await asyncio.gather(*(outcome(world, world.bob) for _ in range(300)))
    assert (outcomes.count("in"), outcomes.count("capacity")) == (20, 280)
    assert await world.stored(lambda: Presence.objects.count()) == 20
    assert len(world.runtime.hub) == 20


@pytest.mark.limits(max_sessions_per_mesh=30)
async def test_nor_that_of_a_mesh(world: World) -> None:
    people = [world.alice, world.bob, world.carol] * 40
    outcomes = await asyncio.gather(*(outcome(world, who) for who in people))
    assert (outcomes.count("in"), outcomes.count("capacity")) == (30, 90)


@pytest.mark.limits(max_sessions_per_member=1)
async def test_another_member_is_not_concerned(world: World) -> None:
    assert await outcome(world, world.bob) == "in"
    assert await outcome(world, world.bob) == "capacity"
    assert await outcome(world, world.carol) == "in"


@pytest.mark.limits(max_sessions_per_member=1)
async def test_a_session_that_comes_back_needs_no_second_place(world: World) -> None:
    bob = await world.connect(world.bob)
    for _ in range(3):
        bob = await world.again(bob)
    assert await outcome(world, world.bob) == "capacity"


@pytest.mark.limits(max_sessions_per_member=1)
async def test_a_place_is_free_again_when_its_session_has_gone(world: World) -> None:
    for _ in range(3):
        bob = await world.connect(world.bob)
        await bob.transport.close()


@pytest.mark.limits(max_sessions_per_member=1)
async def test_refused_hellos_keep_no_place(world: World) -> None:
    caught = world.bob.hello_v1(SessionKeys())
    bob = world.open(world.bob)
    await bob.send_frame(caught)
    await bob.next("hello_ack")
    await bob.transport.close()
    for _ in range(3):
        assert (await world.open(world.bob).refused(caught))[0] == "replayed"
    assert await outcome(world, world.bob) == "in"


@pytest.mark.limits(max_unauthenticated_per_address=3)
async def test_silent_sockets_of_an_address_are_bounded(world: World) -> None:
    silent = [world.open(world.mallory, address="10.0.0.9") for _ in range(3)]
    for socket in silent:
        await socket.next("welcome")
    closed = await world.open(world.mallory, address="10.0.0.9").closed()
    assert (closed.code, closed.reason) == (1013, "capacity")
    await world.connect(world.bob)


@pytest.mark.limits(max_unauthenticated=3)
async def test_silent_sockets_are_bounded_in_all(world: World) -> None:
    for n in range(3):
        await world.open(world.mallory, address=f"10.0.0.{n}").next("welcome")
    assert (await world.open(world.bob).closed()).reason == "capacity"


@pytest.mark.limits(max_unauthenticated=1)
async def test_those_who_said_hello_make_room_for_the_next(world: World) -> None:
    for who in (world.alice, world.bob, world.carol):
        await world.connect(who)


@pytest.mark.limits(max_unauthenticated=1)
async def test_those_who_went_make_room_for_the_next(world: World) -> None:
    silent = world.open(world.mallory)
    await silent.next("welcome")
    await silent.transport.drop()
    await world.connect(world.bob)
