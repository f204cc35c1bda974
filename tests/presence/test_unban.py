"""unban and list_bans: back with the old key; who is out, by whom and why."""

import pytest

from meshes.models import Ban
from tests.presence.world import World
from tests.wire_peer import WirePeer


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


async def test_the_old_key_is_welcome_again(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    await alice.ask("ban", target="bob")
    await bob.closed()
    reply = await alice.ask("unban", target=world.bob.pubkey)
    assert (reply["type"], reply["unbanned"]) == ("unban_ack", "bob")
    back = await world.again(bob)
    assert (await alice.message(back.key))["queued"]
    assert (await back.pushed())["senderPubkey"] == alice.key
    assert (await back.message(alice.key))["queued"]
    await alice.pushed()


async def test_nobody_else_can_be_let_back(world: World, alice: WirePeer) -> None:
    assert (await alice.ask("unban", target="bob"))["code"] == "invalid"
    assert (await alice.ask("unban", target="nobody"))["code"] == "not_found"


async def test_of_namesakes_the_banned_one_is_let_back(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob")
    await world.connect(await world.join("bob"))
    assert (await alice.ask("unban", target="bob"))["unbanned"] == "bob"
    await world.connect(world.bob)


async def test_two_banned_namesakes_are_ambiguous(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob")
    second = await world.join("bob")
    await alice.ask("ban", target="bob")
    reply = await alice.ask("unban", target="bob")
    assert (reply["code"], len(reply["candidates"])) == ("ambiguous", 2)
    assert (await alice.ask("unban", target=second.pubkey[:10]))["unbanned"] == "bob"


async def test_bans_are_listed_with_who_when_by_whom_and_why(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob", reason="spam")
    (listed,) = (await alice.ask("list_bans"))["bans"]
    when = listed.pop("revokedAt")
    assert when.endswith("Z") or "+" in when
    assert listed == {
        "name": "bob",
        "pubkey": world.bob.pubkey,
        "bannedBy": "alice",
        "reason": "spam",
    }


async def test_lifted_bans_are_not_listed_but_kept(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob")
    await alice.ask("unban", target="bob")
    assert (await alice.ask("list_bans"))["bans"] == []
    kept = await world.stored(Ban.objects.get)
    assert kept.lifted_by_id == world.alice.member_id


async def test_an_admin_sees_and_lifts_bans_of_others(world: World, alice: WirePeer) -> None:
    dave = await world.connect(await world.join("dave", role="admin"))
    await alice.ask("ban", target="bob")
    assert len((await dave.ask("list_bans"))["bans"]) == 1
    assert (await dave.ask("unban", target="bob"))["unbanned"] == "bob"
