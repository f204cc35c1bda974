"""Who hears that somebody came, came back or left."""

from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


def events(peer: WirePeer) -> list[Frame]:
    return [frame for frame in peer.frames if frame.get("subtype") == "system"]


async def alice_hears(world: World, who: Identity, **fields: object) -> list[Frame]:
    """What alice hears when somebody comes and goes."""
    alice = await world.connect(world.alice)
    peer = await world.connect(who, **fields)
    await peer.transport.close()
    await world.quiet()
    await alice.sync()
    return events(alice)


async def test_a_new_member_joins_and_leaves(world: World) -> None:
    joined, left = await alice_hears(world, world.bob, groups=[{"name": "dev"}])
    assert (joined["event"], left["event"]) == ("peer_joined", "peer_left")
    assert joined["eventData"]["name"] == "bob"
    assert joined["eventData"]["groups"] == [{"name": "dev"}]
    assert left["eventData"]["reason"] == "left"


async def test_an_event_is_a_low_push_of_the_system(world: World) -> None:
    joined, _ = await alice_hears(world, world.bob)
    assert joined["type"] == "push"
    assert joined["senderPubkey"] == "system"
    assert (joined["nonce"], joined["ciphertext"], joined["priority"]) == ("", "", "low")
    assert joined["meshId"] == world.mesh_id


async def test_the_event_names_the_session_key(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.sync()
    assert events(alice)[0]["eventData"]["pubkey"] == bob.key


async def test_one_who_was_here_before_returns(world: World) -> None:
    await alice_hears(world, world.bob)
    alice = await world.connect(world.alice)
    await world.connect(world.bob)
    await alice.sync()
    assert alice.events() == ["peer_returned"]


async def test_nobody_hears_about_their_own_other_sessions(world: World) -> None:
    first = await world.connect(world.bob)
    second = await world.connect(world.bob)
    await second.transport.close()
    await world.quiet()
    await first.sync()
    assert first.events() == []


async def test_nobody_of_another_mesh_hears_anything(world: World) -> None:
    mallory = await world.connect(world.mallory)
    await world.connect(world.bob)
    await mallory.sync()
    assert mallory.events() == []


async def test_version_one_clients_hear_them_too(world: World) -> None:
    alice = await world.connect(world.alice, version=1)
    await world.connect(world.bob)
    assert (await alice.next("push"))["event"] == "peer_joined"


async def test_a_hidden_peer_leaves_without_a_word(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_visible", visible=False)
    await alice.sync()
    alice.frames.clear()
    await bob.transport.close()
    await world.quiet()
    await alice.sync()
    assert alice.events() == []


async def test_a_peer_that_was_hidden_comes_back_hidden(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_visible", visible=False)
    await bob.transport.close()
    await world.quiet()
    alice = await world.connect(world.alice)
    await world.connect(world.bob)
    await alice.sync()
    assert alice.events() == []
