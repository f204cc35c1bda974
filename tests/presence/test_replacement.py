"""One session, one presence: who a new hello replaces, and whom it never does."""

import asyncio

from presence.models import Presence
from tests.identities import SessionKeys
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def names_of(peer: WirePeer) -> list[str]:
    """Display names in the list of peers, own sessions included."""
    return sorted(row["displayName"] for row in (await peer.ask("list_peers"))["peers"])


async def test_the_same_session_again_closes_the_older_socket(world: World) -> None:
    older = await world.connect(world.bob)
    await world.again(older)
    closed = await older.closed()
    assert (closed.code, closed.reason) == (1000, "session_replaced")


async def test_replacement_is_silent_for_the_others(world: World) -> None:
    alice, older = await world.connect(world.alice), await world.connect(world.bob)
    await alice.sync()
    alice.frames.clear()
    newer = await world.again(older)
    await older.closed()
    await newer.sync()
    await alice.sync()
    assert alice.events() == []
    assert await names_of(alice) == ["alice", "bob"]


async def test_the_newer_socket_gets_the_mail(world: World) -> None:
    alice, older = await world.connect(world.alice), await world.connect(world.bob)
    newer = await world.again(older)
    await alice.message(older.key, "bmV3ZXI=")
    assert (await newer.pushed())["ciphertext"] == "bmV3ZXI="


async def test_what_the_session_said_of_itself_survives_its_replacement(world: World) -> None:
    older = await world.connect(world.bob, groups=[{"name": "dev"}])
    await older.ask("set_summary", summary="deep in it")
    await older.ask("set_status", status="dnd")
    await older.ask("set_visible", visible=False)
    newer = await world.again(older)
    [row] = (await newer.ask("list_peers"))["peers"]
    assert (row["summary"], row["status"], row["statusSource"]) == ("deep in it", "dnd", "manual")
    assert (row["groups"], row["visible"]) == ([{"name": "dev"}], False)


async def test_two_hellos_of_one_session_at_once_leave_one_presence(world: World) -> None:
    alice = await world.connect(world.alice)
    first, second = world.open(world.bob), world.open(world.bob)
    second.session = first.session
    await asyncio.gather(first.say_hello(), second.say_hello())
    closed = await first.closed()
    assert closed.reason == "session_replaced"
    await second.sync()
    assert await names_of(alice) == ["alice", "bob"]
    bobs = Presence.objects.filter(member_id=world.bob.member_id)
    assert await world.stored(lambda: bobs.count()) == 1


async def test_another_member_with_the_same_session_id_replaces_nobody(world: World) -> None:
    bob = await world.connect(world.bob)
    mallory = world.open(await world.join("mallory"))
    mallory.session = SessionKeys(session_id=bob.session.session_id)
    await mallory.say_hello()
    await bob.sync()
    assert await names_of(bob) == ["bob", "mallory"]


async def test_another_member_in_version_one_replaces_nobody(world: World) -> None:
    bob = await world.connect(world.bob, version=1, sessionPubkey="")
    mallory = world.open(await world.join("mallory"))
    mallory.session = bob.session
    await mallory.say_hello(version=1, sessionPubkey="")
    await bob.sync()
    assert await names_of(bob) == ["bob", "mallory"]


async def test_another_key_under_the_same_session_id_is_a_session_of_its_own(world: World) -> None:
    """The CLI run inside a launched session."""
    launched = await world.connect(world.bob)
    inside = world.open(world.bob)
    inside.session = SessionKeys(session_id=launched.session.session_id)
    await inside.say_hello()
    await launched.sync()
    assert await names_of(launched) == ["bob", "bob"]


async def test_a_restarted_client_leaves_no_ghost(world: World) -> None:
    """Same session id, new key, while the older socket is gone: replaced silently."""
    alice, crashed = await world.connect(world.alice), await world.connect(world.bob)
    await crashed.transport.drop()
    await world.quiet()
    await alice.sync()
    alice.frames.clear()
    restarted = world.open(world.bob)
    restarted.session = SessionKeys(session_id=crashed.session.session_id)
    await restarted.say_hello()
    assert await names_of(alice) == ["alice", "bob"]
    assert alice.events() == []


async def test_mail_for_the_key_of_a_crashed_client_is_reported_gone(world: World) -> None:
    """Nobody has that key any more; the sender must learn it to encrypt again."""
    alice, crashed = await world.connect(world.alice), await world.connect(world.bob)
    crashed.acks_pushes = False
    sent = await alice.message(crashed.key)
    await crashed.transport.drop()
    await world.quiet()
    restarted = world.open(world.bob)
    restarted.session = SessionKeys(session_id=crashed.session.session_id)
    await restarted.say_hello()
    receipt = await alice.next("receipt")
    assert (receipt["messageId"], receipt["state"]) == (sent["messageId"], "undeliverable")
    assert receipt["reason"] == "session_gone"


async def test_mail_for_the_member_of_a_crashed_client_goes_to_the_restarted_one(
    world: World,
) -> None:
    alice, crashed = await world.connect(world.alice), await world.connect(world.bob)
    crashed.acks_pushes = False
    await alice.message(world.bob.pubkey, "Zm9yIGJvYg==")
    await crashed.transport.drop()
    await world.quiet()
    restarted = world.open(world.bob)
    restarted.session = SessionKeys(session_id=crashed.session.session_id)
    await restarted.say_hello()
    assert (await restarted.pushed())["ciphertext"] == "Zm9yIGJvYg=="


async def test_counters_of_a_crashed_client_are_told_to_the_restarted_one(world: World) -> None:
    crashed = await world.connect(world.bob)
    await crashed.ask("set_stats", stats={"messagesOut": 4})
    await crashed.transport.drop()
    await world.quiet()
    restarted = world.open(world.bob)
    restarted.session = SessionKeys(session_id=crashed.session.session_id)
    ack = await restarted.say_hello()
    assert ack["restoredStats"]["messagesOut"] == 4
