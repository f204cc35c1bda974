"""Hellos that are refused: each with its own code, in words first and a close frame after."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from claudemesh_wire.signing import generate_keypair, sign

from meshes.models import Member, Mesh
from presence.clock import millis, now
from presence.models import Presence
from tests.identities import SessionKeys
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer

SKEWED = 61_000


async def hello_of(peer: WirePeer, **fields: Any) -> Frame:
    """A version 2 hello for that socket; keyword arguments replace fields after signing."""
    nonce = (await peer.next("welcome"))["nonce"]
    return peer.identity.hello_v2(peer.session, nonce, **fields)


SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"pubkey": "AB" * 32}, "malformed"),
    ({"pubkey": "ab" * 31}, "malformed"),
    ({"protocolVersion": 3}, "malformed"),
    ({"protocolVersion": 0}, "malformed"),
    ({"sessionSignature": ""}, "malformed"),
    ({"sessionPubkey": "zz" * 32}, "bad_session_pubkey"),
    ({"sessionPubkey": "AB" * 32}, "bad_session_pubkey"),
    ({"sessionPubkey": ""}, "bad_session_pubkey"),
    ({"sessionPubkey": None}, "bad_session_pubkey"),
    ({"protocolVersion": 1, "ephemeral": True}, "malformed"),
]


@pytest.mark.parametrize(("change", "code"), SHAPES)
async def test_shape_is_checked_first(world: World, change: dict[str, Any], code: str) -> None:
    bob = world.open(world.bob)
    hello = await hello_of(bob, at=millis() - SKEWED, signature="0" * 128, **change)
    refused, closed = await bob.refused(hello)
    assert (refused, closed.code, closed.reason) == (code, 1008, code)


async def test_version_two_needs_the_nonce(world: World) -> None:
    bob = world.open(world.bob)
    hello = await hello_of(bob)
    del hello["nonce"]
    assert (await bob.refused(hello))[0] == "malformed"


async def test_a_separator_inside_a_signed_field_is_malformed(world: World) -> None:
    bob = world.open(world.bob)
    code, _ = await bob.refused(await hello_of(bob, memberId="a|b"))
    assert code == "malformed"


@pytest.mark.parametrize("offset_ms", [-SKEWED, SKEWED])
@pytest.mark.parametrize("version", [1, 2])
async def test_a_clock_over_a_minute_off_is_refused(
    world: World, offset_ms: int, version: int
) -> None:
    bob = world.open(world.bob)
    at = millis() + offset_ms
    hello = await hello_of(bob, at=at)
    if version == 1:
        hello = world.bob.hello_v1(bob.session, at=at)
    code, closed = await bob.refused(hello)
    assert (code, closed.code, closed.reason) == ("timestamp_skew", 1008, "timestamp_skew")


@pytest.mark.parametrize("offset_ms", [-55_000, 55_000])
async def test_a_clock_less_than_a_minute_off_is_fine(world: World, offset_ms: int) -> None:
    await world.connect(world.bob, at=millis() + offset_ms)


async def test_skew_is_checked_before_the_signature(world: World) -> None:
    bob = world.open(world.bob)
    code, _ = await bob.refused(await hello_of(bob, at=millis() - SKEWED, signature="0" * 128))
    assert code == "timestamp_skew"


FORGERIES: list[dict[str, Any]] = [
    {"signature": "0" * 128},
    {"signature": "zz"},
    {"signature": ""},
    {"sessionSignature": "0" * 128},
    {"sessionId": "another"},
    {"meshId": "another"},
]


@pytest.mark.parametrize("change", FORGERIES)
async def test_what_was_signed_cannot_be_changed(world: World, change: dict[str, Any]) -> None:
    bob = world.open(world.bob)
    code, closed = await bob.refused(await hello_of(bob, **change))
    assert (code, closed.code, closed.reason) == ("bad_signature", 1008, "bad_signature")


async def test_the_time_that_was_signed_cannot_be_changed(world: World) -> None:
    bob = world.open(world.bob)
    code, _ = await bob.refused(await hello_of(bob, timestamp=millis() - 1))
    assert code == "bad_signature"


async def test_a_session_key_must_be_proven_by_its_own_signature(world: World) -> None:
    """bob claims carol's session key, signing for it with the only secret he has."""
    carol = await world.connect(world.carol)
    bob = world.open(world.bob)
    claimed = SessionKeys(bob.session.session_id, replace(bob.session.keys, public=carol.key))
    bob.session = claimed
    code, _ = await bob.refused(await hello_of(bob))
    assert code == "bad_signature"


async def test_the_signature_is_checked_before_membership(world: World) -> None:
    stranger = replace(world.mallory, mesh_id=world.mesh_id)
    socket = world.open(stranger)
    code, _ = await socket.refused(await hello_of(socket, signature="0" * 128))
    assert code == "bad_signature"


async def test_a_hello_made_for_another_socket_is_replayed(world: World) -> None:
    """mallory caught bob's hello on the wire; on her own socket it is worthless."""
    bob, mallory = world.open(world.bob), world.open(world.bob)
    caught = await hello_of(bob)
    code, closed = await mallory.refused(caught)
    assert (code, closed.code, closed.reason) == ("replayed", 1008, "replayed")


async def test_a_version_one_hello_works_once(world: World) -> None:
    caught = world.bob.hello_v1(SessionKeys())
    bob = world.open(world.bob)
    await bob.send_frame(caught)
    await bob.next("hello_ack")
    code, closed = await world.open(world.bob).refused(caught)
    assert (code, closed.code, closed.reason) == ("replayed", 1008, "replayed")
    await bob.sync()


async def test_of_a_version_one_hello_said_twice_at_once_one_is_refused(world: World) -> None:
    await world.connect(world.alice)  # the roster is here, so both reach the ledger together
    caught = world.bob.hello_v1(SessionKeys())
    sockets = [world.open(world.bob) for _ in range(2)]
    await asyncio.gather(*(socket.send_frame(caught) for socket in sockets))
    for socket in sockets:
        await socket.next("welcome")
    answers = [json.loads(await socket.transport.receive()) for socket in sockets]
    assert {a.get("code", a["type"]) for a in answers} == {"hello_ack", "replayed"}


async def test_a_version_one_hello_is_refused_on_another_node_too(world: World) -> None:
    caught = world.bob.hello_v1(SessionKeys())
    bob = world.open(world.bob)
    await bob.send_frame(caught)
    await bob.next("hello_ack")
    async with world.second_node() as node:
        code, _ = await node.open(world.bob).refused(caught)
    assert code == "replayed"


async def test_a_stranger_is_unauthorized(world: World) -> None:
    stranger = replace(world.mallory, mesh_id=world.mesh_id)
    socket = world.open(stranger)
    code, closed = await socket.refused(await hello_of(socket))
    assert (code, closed.code, closed.reason) == ("unauthorized", 1008, "unauthorized")


async def test_nobody_speaks_for_a_member_with_another_key(world: World) -> None:
    impostor = replace(world.bob, keys=generate_keypair())
    socket = world.open(impostor)
    code, _ = await socket.refused(await hello_of(socket))
    assert code == "unauthorized"


async def test_a_member_cannot_take_the_place_of_another_one(world: World) -> None:
    """bob's key under carol's member id: both are members, and it is still nobody."""
    impostor = replace(world.carol, keys=world.bob.keys)
    socket = world.open(impostor)
    code, _ = await socket.refused(await hello_of(socket))
    assert code == "unauthorized"


async def test_an_unknown_mesh_looks_like_one_of_strangers(world: World) -> None:
    lost = replace(world.bob, mesh_id="nowhere")
    socket = world.open(lost)
    code, _ = await socket.refused(await hello_of(socket))
    assert code == "unauthorized"


async def test_an_archived_mesh_takes_nobody(world: World) -> None:
    mesh = Mesh.objects.filter(id=world.mesh_id)
    await world.stored(lambda: mesh.update(archived_at=now()))
    socket = world.open(world.bob)
    code, _ = await socket.refused(await hello_of(socket))
    assert code == "unauthorized"


@pytest.mark.parametrize("version", [1, 2])
async def test_a_removed_member_hears_so_and_why_not_to_return(world: World, version: int) -> None:
    row = Member.objects.filter(id=world.bob.member_id)
    await world.stored(lambda: row.update(revoked_at=now()))
    bob = world.open(world.bob)
    hello = await hello_of(bob) if version == 2 else world.bob.hello_v1(bob.session)
    code, closed = await bob.refused(hello)
    sentence = 'You\'ve been removed from "Acme". Contact the mesh owner to rejoin.'
    assert (code, closed.code, closed.reason) == ("revoked", 4002, sentence)
    assert bob.frames[-1]["message"] == sentence


async def test_a_refused_hello_leaves_no_presence(world: World) -> None:
    stranger = replace(world.mallory, mesh_id=world.mesh_id)
    socket = world.open(stranger)
    await socket.refused(await hello_of(socket))
    assert await world.stored(lambda: Presence.objects.count()) == 0


async def test_strangers_leave_nothing_in_memory(world: World) -> None:
    stranger = replace(world.mallory, mesh_id=world.mesh_id)
    socket = world.open(stranger)
    await socket.refused(await hello_of(socket))
    assert world.runtime.rosters.mesh_ids() == []


async def test_the_error_echoes_the_request(world: World) -> None:
    bob = world.open(world.bob)
    await bob.refused(await hello_of(bob, _reqId="r9", signature="0" * 128))
    assert bob.frames[-1]["_reqId"] == "r9"


@pytest.mark.limits(hello_burst=2, hellos_per_minute=1)
async def test_hellos_of_a_member_are_limited(world: World) -> None:
    for _ in range(2):
        await world.connect(world.bob)
    bob = world.open(world.bob)
    code, closed = await bob.refused(await hello_of(bob))
    assert (code, closed.reason) == ("rate_limit", "rate_limit")
    await world.connect(world.carol)


@pytest.mark.limits(hello_timeout_s=0.02)
async def test_a_socket_that_says_nothing_is_closed(world: World) -> None:
    socket = world.open(world.bob)
    closed = await socket.closed()
    assert (closed.code, closed.reason) == (1008, "hello_timeout")
    assert socket.frames[-1]["code"] == "hello_timeout"


async def test_everything_before_hello_is_answered_and_the_socket_stays(world: World) -> None:
    bob = world.open(world.bob)
    await bob.send_frame({"type": "list_peers", "_reqId": 7})
    error = await bob.next("error")
    assert (error["code"], error["_reqId"]) == ("no_hello", 7)
    await bob.say_hello()


async def test_a_broker_that_goes_away_takes_no_hello(world: World) -> None:
    world.runtime.draining = True
    socket = world.open(world.bob)
    closed = await socket.closed()
    assert (closed.code, closed.reason) == (1013, "overloaded")


async def test_a_session_key_of_somebody_connected_cannot_be_claimed(world: World) -> None:
    """Version 1 proves no session key: mallory, once a member, must not get bob's mail by it."""
    bob, alice = await world.connect(world.bob), await world.connect(world.alice)
    mallory = await world.join("mallory")
    thief = world.open(mallory)
    code, _ = await thief.refused(mallory.hello_v1(SessionKeys(), sessionPubkey=bob.key))
    assert code == "bad_session_pubkey"
    await alice.message(bob.key, "Zm9yIGJvYg==")
    assert (await bob.pushed())["ciphertext"] == "Zm9yIGJvYg=="


async def test_whoever_proves_a_session_key_gets_it_back(world: World) -> None:
    """mallory claimed the key of bob's session while it was away."""
    bob, alice = await world.connect(world.bob), await world.connect(world.alice)
    await bob.transport.close()
    await world.quiet()
    mallory = await world.join("mallory")
    thief = await world.connect(mallory, version=1, sessionPubkey=bob.key)
    again = await world.again(bob)
    closed = await thief.closed()
    assert (closed.code, closed.reason) == (1008, "bad_session_pubkey")
    await alice.message(bob.key, "Zm9yIGJvYg==")
    assert (await again.pushed())["ciphertext"] == "Zm9yIGJvYg=="


async def test_a_member_key_is_nobody_elses_session_key(world: World) -> None:
    alice = await world.connect(world.alice)
    mallory = await world.join("mallory")
    thief = world.open(mallory)
    stolen = mallory.hello_v1(SessionKeys(), sessionPubkey=world.bob.pubkey)
    assert (await thief.refused(stolen))[0] == "bad_session_pubkey"
    await alice.message(world.bob.pubkey, hold=True)
    bob = await world.connect(world.bob)
    assert (await bob.pushed())["targetSpec"] == world.bob.pubkey


async def test_signing_for_another_mesh_opens_no_door_here(world: World) -> None:
    """A hello of mallory's own mesh, its mesh id changed and signed anew with her key."""
    at = millis()
    text = f"{world.mesh_id}|{world.mallory.member_id}|{world.mallory.pubkey}|{at}"
    hello = world.mallory.hello_v1(
        SessionKeys(), at=at, meshId=world.mesh_id, signature=sign(text, world.mallory.keys.secret)
    )
    assert (await world.open(world.mallory).refused(hello))[0] == "unauthorized"


@pytest.mark.limits(hello_burst=1, hellos_per_minute=1)
async def test_hellos_of_a_member_are_limited_by_address(world: World) -> None:
    """Whoever replays bob's hellos from elsewhere uses up an allowance that is not his."""
    await world.open(world.bob, address="203.0.113.9").say_hello()
    code, _ = await refused_from(world, "203.0.113.9")
    assert code == "rate_limit"
    await world.open(world.bob, address="198.51.100.7").say_hello()


async def refused_from(world: World, address: str) -> tuple[str, object]:
    bob = world.open(world.bob, address=address)
    return await bob.refused(await hello_of(bob))
