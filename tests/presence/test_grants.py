"""Grants: who may do what to a member, on every way a message takes, from the next batch on."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from meshes.services.grants import set_grants
from presence.models import Delivery, Message
from tests.presence.world import World
from tests.wire_peer import WirePeer


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


@pytest.fixture
async def bob(world: World, alice: WirePeer) -> WirePeer:
    return await world.connect(world.bob, groups=[{"name": "crew"}], cwd="/secret", hostname="h")


async def grant(who: WirePeer, key: str, caps: list[str] | None) -> Any:
    reply = await who.ask("set_grants", grants={key: caps})
    assert reply["type"] == "grants", reply
    return reply["grants"]


def dropped(cap: str) -> float:
    name = "broker_messages_dropped_by_grant_total"
    return REGISTRY.get_sample_value(name, {"cap": cap}) or 0


async def stored(world: World) -> int:
    return await world.stored(Message.objects.count)


async def test_by_default_everything_but_writing_state_is_granted(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    assert (await alice.message(bob.key))["queued"]
    assert (await alice.message("@crew"))["queued"]
    assert (await alice.message("*"))["queued"]
    for _ in range(3):
        await bob.pushed()


async def test_grants_are_read_back_as_they_were_set(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    assert await grant(bob, world.alice.pubkey, ["dm", "read", "dm"]) == {
        world.alice.pubkey: ["dm", "read"]
    }
    await grant(bob, world.carol.pubkey, [])
    assert (await bob.ask("get_grants"))["grants"] == {
        world.alice.pubkey: ["dm", "read"],
        world.carol.pubkey: [],
    }
    assert await grant(bob, world.alice.pubkey, None) == {world.carol.pubkey: []}
    assert (await alice.ask("get_grants"))["grants"] == {}


@pytest.mark.parametrize(
    "grants",
    [None, [], {"short": []}, {"ab" * 32: "dm"}, {"ab" * 32: ["fly"]}, {"ab" * 32: ["dm"] * 17}],
)
async def test_what_is_no_grant_is_malformed(bob: WirePeer, grants: Any) -> None:
    assert (await bob.ask("set_grants", grants=grants))["code"] == "malformed"
    assert (await bob.ask("get_grants"))["grants"] == {}


async def test_a_direct_message_without_dm_is_answered_blocked_and_stored_nowhere(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    await grant(bob, world.alice.pubkey, ["broadcast", "read"])
    before = dropped("dm")
    for target in (bob.key, world.bob.pubkey):
        for hold in (False, True):
            ack = await alice.message(target, hold=hold)
            assert (ack["queued"], ack["error"].split(":")[0]) == (False, "blocked")
    assert await stored(world) == 0
    assert dropped("dm") == before + 4


async def test_who_is_away_blocks_as_well(world: World, alice: WirePeer, bob: WirePeer) -> None:
    await grant(bob, world.alice.pubkey, [])
    await bob.transport.close()
    await world.quiet()
    ack = await alice.message(world.bob.pubkey, hold=True)
    assert ack["error"].startswith("blocked")


@pytest.mark.parametrize("target", ["@crew", "*", "@all"])
async def test_who_does_not_grant_broadcast_is_left_out_and_the_sender_cannot_tell(
    world: World, alice: WirePeer, bob: WirePeer, target: str
) -> None:
    carol = await world.connect(world.carol, groups=[{"name": "crew"}])
    both = await alice.message(target)
    await bob.pushed()
    await carol.pushed()
    await grant(bob, world.alice.pubkey, ["dm"])
    before = dropped("broadcast")
    ack = await alice.message(target)
    assert (ack["recipients"], ack["online"]) == (both["recipients"], both["online"])
    await carol.pushed()
    await world.quiet()
    await bob.sync()
    assert bob.texts() == []
    assert dropped("broadcast") == before + 1


async def test_all_left_out_is_still_an_ack_and_no_delivery(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    await grant(bob, world.alice.pubkey, [])
    assert (await alice.message("@crew", id="m1"))["recipients"] == 1
    assert (await alice.message("@crew", id="m1"))["duplicate"]
    assert not await world.stored(Delivery.objects.exists)


async def test_somebody_else_is_not_affected(world: World, alice: WirePeer, bob: WirePeer) -> None:
    await grant(bob, world.carol.pubkey, [])
    assert (await alice.message(bob.key))["queued"]


async def test_a_session_key_is_honored_where_the_member_key_says_nothing(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    await grant(bob, alice.key, [])
    assert (await alice.message(bob.key))["error"].startswith("blocked")
    other = await world.connect(world.alice)
    assert (await other.message(bob.key))["queued"]


async def test_the_member_key_goes_before_the_session_key(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    await grant(bob, alice.key, [])
    await grant(bob, world.alice.pubkey, ["dm"])
    assert (await alice.message(bob.key))["queued"]
    await grant(bob, alice.key, ["dm"])
    await grant(bob, world.alice.pubkey, [])
    assert (await alice.message(bob.key))["error"].startswith("blocked")


async def test_details_are_for_those_who_may_read(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    await bob.ask("set_summary", summary="deep work")
    await bob.ask("set_profile", title="Captain")
    assert (await _row(alice, "bob"))["cwd"] == "/secret"
    await grant(bob, world.alice.pubkey, ["dm"])
    hidden = await _row(alice, "bob")
    assert hidden["summary"] is None
    assert not {"cwd", "hostname", "profile"} & set(hidden)
    assert {"status", "groups", "pubkey", "memberPubkey", "sessionId"} <= set(hidden)
    own = await _row(bob, "bob")
    assert (own["summary"], own["cwd"], own["hostname"]) == ("deep work", "/secret", "h")
    assert own["profile"]["title"] == "Captain"


async def test_one_s_own_sessions_are_never_hidden_from_oneself(
    world: World, bob: WirePeer
) -> None:
    await grant(bob, world.bob.pubkey, [])
    assert (await _row(bob, "bob"))["cwd"] == "/secret"


async def test_a_change_on_another_node_is_honored_by_the_next_batch(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    """Nobody rang: the batch finds the roster's version changed, rereads and resolves again."""
    assert (await alice.message(bob.key))["queued"]
    await _change_unheard(world, {world.alice.pubkey: []})
    assert world.roster.members[world.bob.member_id].grants == {}
    assert (await alice.message(bob.key))["error"].startswith("blocked")
    await _change_unheard(world, {world.alice.pubkey: ["dm"]})
    assert world.roster.members[world.bob.member_id].grants == {world.alice.pubkey: []}
    assert (await alice.message(bob.key))["queued"]


async def test_a_change_in_the_middle_of_a_stream_splits_it_cleanly(
    world: World, alice: WirePeer, bob: WirePeer
) -> None:
    """Every send is either acked and delivered or answered blocked, in this order."""
    for number in range(30):
        if number == 10:
            await alice.sync()
            await world.quiet()
            await bob.send_frame({"type": "set_grants", "grants": {world.alice.pubkey: []}})
        await alice.send_frame(
            {
                "type": "send",
                "id": f"m{number}",
                "targetSpec": bob.key,
                "priority": "now",
                "nonce": "bm9uY2U=",
                "ciphertext": f"{number:04}",
            }
        )
    acks = [await alice.next("ack", lambda f, n=n: f["id"] == f"m{n}") for n in range(30)]
    queued = [ack["queued"] for ack in acks]
    assert queued == sorted(queued, reverse=True)
    assert queued[0]
    assert not queued[-1]
    await world.quiet()
    await bob.sync()
    assert len(bob.texts()) == sum(queued)


async def _change_unheard(world: World, changes: dict[str, Any]) -> None:
    """A change of bob's grants as by another node whose ring is lost."""
    removed = world.runtime.loop
    world.runtime.loop = None
    try:
        await world.stored(
            lambda: set_grants(
                mesh_id=world.mesh_id, member_id=world.bob.member_id, changes=changes
            )
        )
    finally:
        world.runtime.loop = removed


async def _row(asker: WirePeer, name: str) -> dict[str, Any]:
    peers = (await asker.ask("list_peers"))["peers"]
    (row,) = (peer for peer in peers if peer["displayName"] == name)
    return row
