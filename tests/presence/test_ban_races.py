"""Bans that meet hellos, sends, unbans and each other: whichever is first, the ban holds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from django.db import connections

from meshes.models import Ban, Member
from meshes.services import bans
from presence.models import Delivery, Message, Presence
from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import WirePeer

ROUNDS = 8


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


async def from_another_node(work: Callable[[], Any]) -> Any:
    """Runs a service on a connection of its own, as another process would."""

    def run() -> Any:
        try:
            return work()
        except MeshError as error:
            return error
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


def banning(by: Identity, whom: Identity) -> Callable[[], Any]:
    return lambda: bans.ban(mesh_id=by.mesh_id, by_member_id=by.member_id, member_id=whom.member_id)


def letting_back(by: Identity, whom: Identity) -> Callable[[], Any]:
    return lambda: bans.unban(
        mesh_id=by.mesh_id, by_member_id=by.member_id, member_id=whom.member_id
    )


async def opened(world: World, who: Identity) -> tuple[WirePeer, dict[str, Any]]:
    """A socket, and the hello it is about to say."""
    peer = world.open(who)
    nonce = (await peer.next("welcome"))["nonce"]
    return peer, who.hello_v2(peer.session, nonce)


async def gone(world: World, who: Identity) -> None:
    """Nothing of the member is left on the mesh."""
    await world.quiet()
    assert list(world.runtime.hub.of_member(who.member_id)) == []
    assert world.roster.peers_of(who.member_id) == []
    assert not await world.stored(Presence.objects.filter(member_id=who.member_id).exists)


async def test_a_ban_and_a_hello_at_once(world: World, alice: WirePeer) -> None:
    for _ in range(ROUNDS):
        peer, hello = await opened(world, world.bob)
        ban, _ = await asyncio.gather(alice.ask("ban", target="bob"), peer.send_frame(hello))
        assert ban["banned"] == "bob"
        assert (await peer.closed()).code == 4002
        await gone(world, world.bob)
        await alice.ask("unban", target="bob")


async def test_a_ban_on_another_node_and_a_hello_at_once(world: World, alice: WirePeer) -> None:
    for _ in range(ROUNDS):
        peer, hello = await opened(world, world.bob)
        _, made = await asyncio.gather(
            peer.send_frame(hello), from_another_node(banning(world.alice, world.bob))
        )
        assert isinstance(made, Ban)
        assert (await peer.closed()).code == 4002
        await gone(world, world.bob)
        await alice.ask("unban", target="bob")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_ban_around_the_commit_of_an_arrival(
    world: World, alice: WirePeer, moment: str, ephemeral: bool
) -> None:
    """Committed before it: the arrival is stale. After it: the session is not listed any more."""
    comings = world.runtime.comings

    async def ban() -> None:
        await from_another_node(banning(world.alice, world.bob))
        await world.runtime.rosters.refresh(world.mesh_id)

    comings._admit = _with(ban, comings._admit, moment)
    peer = world.open(world.bob)
    nonce = (await peer.next("welcome"))["nonce"]
    await peer.send_frame(world.bob.hello_v2(peer.session, nonce, ephemeral=ephemeral))
    assert (await peer.next("error"))["code"] == "revoked"
    assert (await peer.closed()).code == 4002
    await gone(world, world.bob)
    assert alice.events() == []


async def test_a_ban_committed_while_a_send_is_in_the_forming_batch(
    world: World, alice: WirePeer
) -> None:
    """The batch reads the roster's version afresh, so the send is refused and not stored."""
    bob = await world.connect(world.bob)
    record = world.ledger.record
    banned = asyncio.Event()

    def record_after_ban(draft: Any) -> None:
        async def late() -> None:
            await from_another_node(banning(world.alice, world.bob))
            record(draft)
            banned.set()

        world.runtime.tasks.start(late())

    world.ledger.record = record_after_ban  # type: ignore[method-assign]
    await bob.send_frame(_message(alice.key))
    await banned.wait()
    world.ledger.record = record  # type: ignore[method-assign]
    assert (await bob.closed()).code == 4002
    await world.quiet()
    assert not await world.stored(Message.objects.exists)
    await alice.sync()
    assert alice.texts() == []


async def test_bans_amid_a_stream_of_sends(world: World, alice: WirePeer) -> None:
    """Every message is answered, refused or withdrawn; none waits for anybody after the ban."""
    carol_key = world.carol.pubkey
    for _ in range(ROUNDS):
        bob = await world.connect(world.bob)
        for _ in range(20):
            await bob.send_frame(_message(carol_key))
        await alice.ask("ban", target="bob")
        await bob.closed()
        await world.quiet()
        pending = Delivery.objects.filter(state="pending")
        assert not await world.stored(pending.exists)
        await alice.ask("unban", target="bob")


async def test_ban_and_unban_at_once(world: World, alice: WirePeer) -> None:
    """Whatever the order, switch and record agree, and the member is as welcome as they say."""
    for _ in range(ROUNDS):
        await world.connect(world.bob)
        await asyncio.gather(
            from_another_node(banning(world.alice, world.bob)),
            from_another_node(letting_back(world.alice, world.bob)),
        )
        await world.quiet()
        revoked = await world.stored(
            lambda: Member.objects.get(pk=world.bob.member_id).revoked_at is not None
        )
        open_ban = Ban.objects.filter(member_id=world.bob.member_id, lifted_at=None)
        assert await world.stored(open_ban.exists) == revoked
        if revoked:
            await gone(world, world.bob)
            await alice.ask("unban", target="bob")
        await world.connect(world.bob)


async def test_of_two_admins_that_ban_each_other_one_wins(world: World, alice: WirePeer) -> None:
    for round_number in range(ROUNDS):
        dave = await world.join(f"dave{round_number}", role="admin")
        erin = await world.join(f"erin{round_number}", role="admin")
        results = await asyncio.gather(
            from_another_node(banning(dave, erin)), from_another_node(banning(erin, dave))
        )
        assert sorted(type(result).__name__ for result in results) == ["Ban", "MeshError"]
        (loser,) = (r for r in results if isinstance(r, MeshError))
        assert loser.code == "forbidden"


async def test_of_two_admins_on_sockets_one_wins(world: World, alice: WirePeer) -> None:
    dave = await world.connect(await world.join("dave", role="admin"))
    erin = await world.connect(await world.join("erin", role="admin"))
    await asyncio.gather(
        dave.send_frame({"type": "ban", "target": "erin"}),
        erin.send_frame({"type": "ban", "target": "dave"}),
    )
    await world.quiet()
    assert await world.stored(Ban.objects.count) == 1
    assert len(world.roster.peers) == 2


def _with(
    work: Callable[[], Awaitable[None]], admit: Callable[..., Awaitable[Any]], moment: str
) -> Callable[..., Awaitable[Any]]:
    async def admit_and_work(candidate: Any, roster: Any) -> Any:
        if moment == "before":
            await work()
        admission = await admit(candidate, roster)
        if moment == "after":
            await work()
        return admission

    return admit_and_work


def _message(target: str) -> dict[str, Any]:
    return {
        "type": "send",
        "targetSpec": target,
        "priority": "now",
        "nonce": "bm9uY2U=",
        "ciphertext": "aGVsbG8=",
        "hold": True,
    }
