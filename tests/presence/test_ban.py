"""ban: holds at once on every socket, for the next hello and for mail in flight."""

from typing import Any

import pytest

from meshes.models import Ban, Member
from meshes.services import bans
from presence.clock import now
from presence.models import Delivery, Message, Presence
from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import WirePeer

SENTENCE = 'You\'ve been removed from "Acme". Contact the mesh owner to rejoin.'


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


async def hello_refused(world: World, who: Identity, **fields: Any) -> tuple[Any, Any]:
    """A new socket of somebody who is refused: the error, and how it was closed."""
    peer = world.open(who)
    nonce = (await peer.next("welcome"))["nonce"]
    await peer.send_frame(who.hello_v2(peer.session, nonce, **fields))
    return await peer.next("error"), await peer.closed()


async def ban_behind_the_broker_s_back(world: World, who: Identity) -> None:
    """As by a node that dies right after its commit: nobody hears of it."""
    member = Member.objects.filter(pk=who.member_id)
    await world.stored(lambda: member.update(revoked_at=now()))


async def states(world: World, sender: Identity) -> set[tuple[str, str]]:
    """States and reasons of deliveries of what somebody sent."""
    sent = Message.objects.filter(sender_id=sender.member_id).values("id")
    rows = Delivery.objects.filter(message_id__in=sent).values_list("state", "reason")
    return set(await world.stored(lambda: list(rows)))


async def test_every_socket_of_the_member_is_closed_with_the_sentence(
    world: World, alice: WirePeer
) -> None:
    listed = [await world.connect(world.bob) for _ in range(2)]
    one_shot = await world.connect(world.bob, ephemeral=True)
    reply = await alice.ask("ban", target="bob", reason="spam")
    assert (reply["type"], reply["banned"]) == ("ban_ack", "bob")
    for bob in [*listed, one_shot]:
        closed = await bob.closed()
        assert (closed.code, closed.reason) == (4002, SENTENCE)


async def test_who_was_banned_is_gone_at_once_with_one_peer_left_a_session(
    world: World, alice: WirePeer
) -> None:
    carol = await world.connect(world.carol)
    await world.connect(world.bob)
    await alice.ask("ban", target="bob")
    await carol.sync()
    assert carol.events().count("peer_left") == 1
    assert [p["displayName"] for p in (await carol.ask("list_peers"))["peers"]] == [
        "alice",
        "carol",
    ]
    await world.quiet()
    await carol.sync()
    assert carol.events().count("peer_left") == 1


async def test_the_next_hello_is_refused_in_words_and_by_code(
    world: World, alice: WirePeer
) -> None:
    await alice.ask("ban", target="bob")
    error, closed = await hello_refused(world, world.bob)
    assert (error["code"], error["message"]) == ("revoked", SENTENCE)
    assert (closed.code, closed.reason) == (4002, SENTENCE)


async def test_who_is_away_can_be_banned_and_is_off_the_list(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    await bob.transport.drop()
    await world.quiet()
    await alice.ask("ban", target=world.bob.pubkey[:8])
    assert len((await alice.ask("list_peers"))["peers"]) == 1
    assert not await world.stored(Presence.objects.filter(member_id=world.bob.member_id).exists)


async def test_a_frame_sent_after_the_ban_is_not_heard(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    await alice.ask("ban", target="bob")
    await bob.send_frame({"type": "send", "targetSpec": alice.key, "nonce": "x", "ciphertext": "y"})
    await world.quiet()
    await alice.sync()
    assert alice.texts() == []


async def test_the_owner_and_oneself_cannot_be_banned(world: World, alice: WirePeer) -> None:
    dave = await world.connect(await world.join("dave", role="admin"))
    assert (await dave.ask("ban", target="alice"))["code"] == "invalid"
    assert (await dave.ask("ban", target="dave"))["code"] == "invalid"
    assert (await alice.ask("ban", target=alice.key))["code"] == "invalid"
    await alice.sync()


async def test_members_may_not_ban_nor_let_back_nor_see_bans(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    for kind, fields in (
        ("ban", {"target": "carol"}),
        ("ban", {"target": "nobody"}),
        ("unban", {"target": "carol"}),
        ("list_bans", {}),
    ):
        assert (await bob.ask(kind, **fields))["code"] == "forbidden"
    assert not await world.stored(Ban.objects.exists)


async def test_an_ambiguous_name_bans_nobody(world: World, alice: WirePeer) -> None:
    await world.connect(world.carol, displayName="bob")
    assert (await alice.ask("ban", target="bob"))["code"] == "ambiguous"
    assert not await world.stored(Ban.objects.exists)


async def test_who_is_banned_already_is_said_so(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob")
    reply = await alice.ask("ban", target="bob")
    assert (reply["code"], "banned already" in reply["message"]) == ("invalid", True)


async def test_a_namesake_of_the_banned_can_be_banned_too(world: World, alice: WirePeer) -> None:
    await alice.ask("ban", target="bob")
    second = await world.join("bob")
    assert (await alice.ask("ban", target="bob"))["banned"] == "bob"
    assert (await hello_refused(world, second))[0]["code"] == "revoked"


async def test_an_admin_who_was_banned_has_no_say_on_open_sockets(
    world: World, alice: WirePeer
) -> None:
    admin = await world.join("dave", role="admin")
    dave = await world.connect(admin)
    await ban_behind_the_broker_s_back(world, admin)
    for kind in ("ban", "kick", "disconnect"):
        assert (await dave.ask(kind, target="bob"))["code"] == "forbidden"


async def test_who_does_not_read_is_cut_off_all_the_same(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    bob.transport.stop_reading()
    for _ in range(20):
        await alice.message(bob.key)
    await alice.ask("ban", target="bob")
    await world.quiet()
    assert bob.transport._gone  # read nothing here: reading would let the writer go on
    closed = await bob.closed()
    assert (closed.code, closed.reason) == (4002, SENTENCE)


async def test_a_ban_over_http_closes_sockets_too(world: World, alice: WirePeer) -> None:
    bob = await world.connect(world.bob)
    await world.stored(
        lambda: bans.ban(
            mesh_id=world.mesh_id,
            by_member_id=world.alice.member_id,
            member_id=world.bob.member_id,
        )
    )
    assert (await bob.closed()).code == 4002


async def test_mail_waiting_for_the_banned_is_withdrawn_and_its_sender_told(
    world: World, alice: WirePeer
) -> None:
    sent = await alice.message(world.bob.pubkey, hold=True)
    await alice.ask("ban", target="bob")
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["state"]) == (sent["messageId"], "undeliverable")
    assert receipt["reason"] == "revoked"
    await alice.ask("unban", target="bob")
    back = await world.connect(world.bob)
    await world.quiet()
    await back.sync()
    assert back.texts() == []


async def test_mail_from_the_banned_never_arrives_even_after_unban(
    world: World, alice: WirePeer
) -> None:
    bob = await world.connect(world.bob)
    await bob.message(world.carol.pubkey, hold=True)
    await alice.ask("ban", target="bob")
    await alice.ask("unban", target="bob")
    carol = await world.connect(world.carol)
    await world.quiet()
    await carol.sync()
    assert carol.texts() == []
    assert await states(world, world.bob) == {("undeliverable", "revoked")}


async def test_mail_that_waits_for_a_status_is_withdrawn(world: World, alice: WirePeer) -> None:
    bob, carol = await world.connect(world.bob), await world.connect(world.carol)
    await carol.ask("set_status", status="dnd")
    await bob.message(carol.key, priority="low")
    await alice.ask("ban", target="bob")
    await carol.ask("set_status", status="idle")
    await world.quiet()
    await carol.sync()
    assert carol.texts() == []


async def test_mail_is_not_fetched_when_the_node_died_before_withdrawing_it(
    world: World, alice: WirePeer
) -> None:
    bob = await world.connect(world.bob)
    await bob.message(world.carol.pubkey, hold=True)
    await ban_behind_the_broker_s_back(world, world.bob)
    carol = await world.connect(world.carol)
    await world.quiet()
    await carol.sync()
    assert carol.texts() == []
    await world.runtime.sweeps.banned()
    assert await states(world, world.bob) == {("undeliverable", "revoked")}
    assert not await world.stored(Presence.objects.filter(member_id=world.bob.member_id).exists)


async def test_what_a_dead_node_left_is_withdrawn_by_the_unban_itself(
    world: World, alice: WirePeer
) -> None:
    await alice.message(world.bob.pubkey, hold=True)
    await ban_behind_the_broker_s_back(world, world.bob)
    await world.stored(
        lambda: Ban.objects.create(
            mesh_id=world.mesh_id,
            member_id=world.bob.member_id,
            banned_by_id=world.alice.member_id,
        )
    )
    assert (await alice.ask("unban", target="bob"))["unbanned"] == "bob"
    assert await states(world, world.alice) == {("undeliverable", "revoked")}
    assert (await alice.next("receipt"))["reason"] == "revoked"


async def test_a_ban_that_nobody_rang_for_is_seen_at_the_next_look(
    world: World, alice: WirePeer
) -> None:
    bob = await world.connect(world.bob)
    one_shot = await world.connect(world.bob, ephemeral=True)
    await ban_behind_the_broker_s_back(world, world.bob)
    world.runtime.doorbell.enabled = True
    await world.runtime.reconciler.run()
    assert (await bob.closed()).code == 4002
    assert (await one_shot.closed()).code == 4002


async def test_the_banned_are_not_listed_even_before_that(world: World, alice: WirePeer) -> None:
    await world.connect(world.bob)
    await ban_behind_the_broker_s_back(world, world.bob)
    await world.runtime.rosters.refresh(world.mesh_id)
    assert len((await alice.ask("list_peers"))["peers"]) == 1
