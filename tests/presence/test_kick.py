"""kick: what is its own, next to disconnect: sessions that could not be told on the spot."""

import asyncio

from claudemesh_wire.errors import MeshError

from presence.models import Presence, UntoldKick
from presence.storage.removing import was_kicked
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def hello_refused(world: World, before: WirePeer) -> tuple[int, str]:
    """The same session on a new socket is refused: the error's code and the close code."""
    peer = world.open(before.identity)
    peer.session = before.session
    nonce = (await peer.next("welcome"))["nonce"]
    await peer.send_frame(before.identity.hello_v2(before.session, nonce))
    error = await peer.next("error")
    return (await peer.closed()).code, error["code"]


async def test_who_was_away_is_told_at_the_next_hello_and_then_welcome(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    assert (await alice.ask("kick", target="bob"))["affected"] == ["bob"]
    assert await hello_refused(world, bob) == (4001, "kicked")
    await world.again(bob)


async def test_a_new_session_of_who_was_away_is_welcome_at_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    await alice.ask("kick", target="bob")
    await world.connect(world.bob)


async def test_a_disconnect_of_who_was_away_keeps_nobody_out(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    await alice.ask("disconnect", target="bob")
    await world.again(bob)


async def test_an_untold_kick_is_forgotten_in_time(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    await alice.ask("kick", target="bob")
    past = world.runtime.sweeps._started_at
    await world.stored(lambda: UntoldKick.objects.update(expires_at=past))
    await world.runtime.sweeps.prune()
    assert not await world.stored(UntoldKick.objects.exists)
    await world.again(bob)


async def test_a_kick_meets_who_comes_back_in_the_same_moment(world: World) -> None:
    """Whichever is stored first: after both, the session is off the mesh and has been told."""
    alice = await world.connect(world.alice)
    for _ in range(10):
        bob = await world.connect(world.bob)
        await bob.transport.drop()
        await world.quiet()
        returning = world.open(world.bob)
        returning.session = bob.session
        nonce = (await returning.next("welcome"))["nonce"]
        hello = world.bob.hello_v2(bob.session, nonce)
        kicked, _ = await asyncio.gather(
            alice.ask("kick", target="bob"), returning.send_frame(hello)
        )
        assert kicked["affected"] == ["bob"]
        assert (await returning.closed()).code == 4001
        assert not await world.stored(Presence.objects.filter(member_id=world.bob.member_id).exists)
        assert list(world.runtime.hub.of_member(world.bob.member_id)) == []


async def test_a_kick_overtakes_a_hello_that_is_stored_and_not_listed_yet(world: World) -> None:
    """The kick's answer of the database comes before the hello has taken its own."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    in_lease = world.roster.peers_of(world.bob.member_id)
    admit = world.runtime.comings._admit

    async def admit_and_be_overtaken(candidate, roster):  # type: ignore[no-untyped-def]
        admission = await admit(candidate, roster)
        await world.runtime.removals.remove(in_lease, 4001, "kicked")
        return admission

    world.runtime.comings._admit = admit_and_be_overtaken
    assert await hello_refused(world, bob) == (4001, "kicked")
    assert len(world.runtime.hub) == 1
    assert not await world.stored(UntoldKick.objects.exists)
    await alice.sync()


async def test_a_lost_ring_is_made_up_for_by_the_next_look(world: World) -> None:
    """Another node kicked, its ring never came: the row is gone and a note says why."""
    await world.connect(world.alice)
    bob = await world.connect(world.bob)
    session = next(iter(world.runtime.hub.of_member(world.bob.member_id)))
    await world.stored(lambda: _kick_elsewhere(session.peer.presence_id))
    await world.runtime.rosters.refresh(world.mesh_id)
    assert (await bob.closed()).code == 4001
    assert not await world.stored(lambda: was_kicked(session.peer.presence_id))


async def test_a_presence_that_is_gone_for_another_reason_is_told_to_come_again(
    world: World,
) -> None:
    await world.connect(world.alice)
    bob = await world.connect(world.bob)
    rows = Presence.objects.filter(member_id=world.bob.member_id)
    await world.stored(rows.delete)
    await world.runtime.rosters.refresh(world.mesh_id)
    assert (await bob.closed()).code == 1000
    await world.again(bob)


async def test_a_ring_closes_the_socket_and_the_kick_counts_as_told(world: World) -> None:
    await world.connect(world.alice)
    bob = await world.connect(world.bob)
    presence_id = next(iter(world.runtime.hub.of_member(world.bob.member_id))).peer.presence_id
    await world.stored(lambda: _kick_elsewhere(presence_id))
    world.runtime.reconciler.answer(
        {
            "mesh": world.mesh_id,
            "kind": "close",
            "presence": presence_id,
            "code": 4001,
            "reason": "kicked",
        }
    )
    assert (await bob.closed()).code == 4001
    await world.quiet()
    await world.again(bob)


async def test_nobody_is_touched_while_the_database_is_away(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    world.runtime.removals._ledger = _Away()
    assert (await alice.ask("kick", target="bob"))["code"] == "unavailable"
    await bob.sync()


class _Away:
    async def call(self, work: object) -> object:
        raise MeshError("unavailable")


def _kick_elsewhere(presence_id: str) -> None:
    row = Presence.objects.get(id=presence_id)
    UntoldKick.objects.create(
        presence_id=row.id,
        member_id=row.member_id,
        session_id=row.session_id,
        session_key=row.session_key,
        expires_at=row.connected_at.replace(year=row.connected_at.year + 1),
    )
    row.delete()
