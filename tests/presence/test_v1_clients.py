"""Clients in the field: they work as they always did, and see nothing they would misread."""

from dataclasses import replace

from meshes.models import Mesh
from tests.presence.world import World
from tests.wire_peer import WirePeer


async def allow_plaintext(world: World) -> None:
    mesh = Mesh.objects.filter(id=world.mesh_id)
    await world.stored(lambda: mesh.update(policy={"allowPlaintext": True}))


async def old_send(peer: WirePeer, target: str, text: str = "aGk=") -> dict[str, object]:
    """A send with the fields version 1 knows."""
    await peer.send_frame(
        {
            "type": "send",
            "id": "old",
            "targetSpec": target,
            "priority": "now",
            "nonce": "bm9uY2U=",
            "ciphertext": text,
        }
    )
    return await peer.next("ack")


async def test_a_direct_message_goes_both_ways(world: World) -> None:
    alice, bob = await world.connect(world.alice, version=1), await world.connect(world.bob)
    assert (await old_send(alice, bob.key))["queued"] is True
    assert (await bob.pushed())["senderPubkey"] == alice.key
    await bob.message(alice.key)
    push = await alice.pushed()
    assert (push["senderPubkey"], push["ciphertext"]) == (bob.key, "aGVsbG8=")


async def test_a_session_without_a_key_of_its_own_is_reached_by_its_member_key(
    world: World,
) -> None:
    alice = await world.connect(world.alice)
    bob = await world.connect(world.bob, version=1, sessionPubkey=None)
    ack = await alice.message(world.bob.pubkey)
    assert (ack["recipients"], ack["online"]) == (1, 1)
    await bob.pushed()
    await old_send(bob, alice.key)
    assert (await alice.pushed())["senderPubkey"] == world.bob.pubkey


async def test_two_sessions_without_keys_are_two_sessions(world: World) -> None:
    alice = await world.connect(world.alice)
    sessions = [await world.connect(world.bob, version=1, sessionPubkey="") for _ in range(2)]
    assert (await alice.message(world.bob.pubkey, "Ym90aA=="))["recipients"] == 2
    assert [(await session.pushed())["ciphertext"] for session in sessions] == ["Ym90aA=="] * 2


async def test_plain_text_to_a_group_is_refused_unless_the_mesh_allows_it(world: World) -> None:
    alice, _ = await world.connect(world.alice, version=1), await world.connect(world.bob)
    assert str((await old_send(alice, "*"))["error"]).startswith("plaintext_refused: ")


async def test_plain_text_goes_to_old_clients_without_a_sender_key(world: World) -> None:
    """With anything else there they would try to decrypt it, and fail."""
    await allow_plaintext(world)
    alice = await world.connect(world.alice, version=1)
    old, new = await world.connect(world.bob, version=1), await world.connect(world.carol)
    await old_send(alice, "*", "cGxhaW4=")
    to_old, to_new = await old.pushed(), await new.pushed()
    assert (to_old["senderPubkey"], to_old["ciphertext"]) == ("", "cGxhaW4=")
    assert (to_new["senderPubkey"], to_new["encryption"]) == (alice.key, "none")
    assert to_old["senderMemberPubkey"] == world.alice.pubkey


async def test_an_encrypted_group_message_keeps_its_sender_key(world: World) -> None:
    alice, old = await world.connect(world.alice), await world.connect(world.bob, version=1)
    await alice.message("*")
    assert (await old.pushed())["senderPubkey"] == alice.key


async def test_nothing_is_sent_that_nobody_asked_for(world: World) -> None:
    """Besides pushes, an old client is only sent what answers it."""
    old, bob = await world.connect(world.alice, version=1), await world.connect(world.bob)
    await old_send(old, bob.key)
    await bob.pushed()
    await bob.sync()
    await bob.message(old.key)
    await bob.transport.close()
    await world.quiet()
    await old.send_frame({"type": "list_peers"})
    await old.next("peers_list")
    assert {frame["type"] for frame in old.frames} <= {"push"}


async def test_a_hello_of_the_fewest_fields_is_enough(world: World) -> None:
    lean = replace(world.bob)
    peer = world.open(lean)
    await peer.next("welcome")
    hello = lean.hello_v1(peer.session)
    for name in ("displayName", "pid", "cwd", "sessionPubkey"):
        del hello[name]
    await peer.send_frame(hello)
    assert (await peer.next("hello_ack"))["memberDisplayName"] == "bob"


async def test_one_that_acks_without_having_said_so_is_understood(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob, version=1)
    await alice.message(bob.key)
    await bob.pushed()
    await bob.sync()
    await bob.sync()
    assert "error" not in {frame["type"] for frame in bob.frames}
