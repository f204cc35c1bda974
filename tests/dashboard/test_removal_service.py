"""Removing by page: sockets of this process close at once, those of other nodes when they look."""

import asyncio
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError

from audit.models import AuditEntry
from meshes.models import Member
from presence import runtime as runtimes
from presence.models import Presence, UntoldKick
from presence.services.removal import Kind, remove
from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def by_page(world: World, who: Identity, kind: Kind = Kind.KICK, **more: Any) -> list[str]:
    """What a request of `who` does, in a thread that is not the loop's."""
    order = {"mesh_id": world.mesh_id, "by_member_id": who.member_id, "kind": kind}
    return await asyncio.to_thread(lambda: remove(**order | more))


def refusal_of(error: pytest.ExceptionInfo[MeshError]) -> str:
    return error.value.code


def presence_of(peer: WirePeer) -> str:
    return str(peer.hello_ack["presenceId"])


@pytest.mark.parametrize(
    ("kind", "code", "event"),
    [(Kind.DISCONNECT, 1000, "peers_disconnected"), (Kind.KICK, 4001, "peers_kicked")],
)
async def test_a_socket_of_this_process_is_closed_at_once(
    world: World, kind: Kind, code: int, event: str
) -> None:
    bob, carol = await world.connect(world.bob), await world.connect(world.carol)
    names = await by_page(world, world.alice, kind, presence_ids=[presence_of(bob)])
    assert names == ["bob"]
    assert (await bob.closed()).code == code
    await carol.sync()
    assert carol.events().count("peer_left") == 1
    entry = await world.stored(AuditEntry.objects.filter(type=event).get)
    assert (entry.actor, entry.payload["how"]) == (world.alice.member_id, "one")


async def test_everybody_means_everybody_but_the_manager_with_all_machines(world: World) -> None:
    user_id = await world.stored(
        lambda: Member.objects.values_list("user_id", flat=True).get(pk=world.alice.member_id)
    )
    laptop = await world.connect(await world.join("laptop", user_id=user_id))
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    carol = await world.connect(world.carol)
    assert sorted(await by_page(world, world.alice)) == ["bob", "carol"]
    assert {(await bob.closed()).code, (await carol.closed()).code} == {4001}
    await alice.sync()
    await laptop.sync()


async def test_a_session_of_the_manager_is_refused_in_words(world: World) -> None:
    alice = await world.connect(world.alice)
    with pytest.raises(MeshError) as refused:
        await by_page(world, world.alice, presence_ids=[presence_of(alice)])
    assert refusal_of(refused) == "invalid"
    await alice.sync()


async def test_a_member_and_a_stranger_remove_nobody(world: World) -> None:
    bob = await world.connect(world.bob)
    for who in (world.carol, world.mallory):
        for chosen in ({"presence_ids": [presence_of(bob)]}, {}):
            with pytest.raises(MeshError) as refused:
                await by_page(world, who, **chosen)
            assert refusal_of(refused) == "forbidden"
    await bob.sync()


async def test_an_owner_removes_nobody_of_another_mesh(world: World) -> None:
    bob = await world.connect(world.bob)
    with pytest.raises(MeshError) as refused:
        await by_page(
            world,
            world.mallory,
            mesh_id=world.mallory.mesh_id,
            presence_ids=[presence_of(bob)],
        )
    assert refusal_of(refused) == "not_found"
    await bob.sync()


async def test_a_banned_admin_removes_nobody(world: World) -> None:
    bob = await world.connect(world.bob)
    admin = await world.join("dave", role="admin")
    await world.stored(
        lambda: Member.objects.filter(pk=admin.member_id).update(revoked_at="2020-01-01T00:00Z")
    )
    with pytest.raises(MeshError) as refused:
        await by_page(world, admin)
    assert refusal_of(refused) == "forbidden"
    await bob.sync()


async def test_a_process_without_sockets_ends_the_presence_in_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node that has the socket finds the presence gone, and why, when it reconciles."""
    bob = await world.connect(world.bob)
    monkeypatch.setattr(runtimes, "_current", None)
    assert await by_page(world, world.alice) == ["bob"]
    assert not await world.stored(Presence.objects.exists)
    assert await world.stored(UntoldKick.objects.exists)
    await bob.sync()
    await world.runtime.rosters.refresh(world.mesh_id)
    assert (await bob.closed()).code == 4001


async def test_the_operator_acts_as_the_broker(world: World) -> None:
    bob = await world.connect(world.bob)
    await by_page(world, world.alice, by_member_id="")
    assert (await bob.closed()).code == 4001
    entry = await world.stored(AuditEntry.objects.filter(type="peers_kicked").get)
    assert entry.actor == "broker"
