"""Junk, unknown types and wrong fields: always answered, never fatal, ten junk in a row the end."""

import contextlib
import json
from typing import Any

import pytest
from claudemesh_wire.codec import DecodeFailure, decode_client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.presence.world import World
from tests.wire_peer import WirePeer

JUNK = ["", "{", "null", "[]", "7", '"hello"', "{}", '{"type": 7}', '{"a":' * 100_000, "\ud800"]


async def error_of(peer: WirePeer, text: str) -> dict[str, Any]:
    await peer.transport.send(text)
    return await peer.next("error")


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("greeted", [True, False])
async def test_junk_is_malformed_and_the_session_goes_on(
    world: World, junk: str, greeted: bool
) -> None:
    bob = await world.connect(world.bob) if greeted else world.open(world.bob)
    assert (await error_of(bob, junk))["code"] == "malformed"
    await (bob.sync() if greeted else bob.say_hello())


async def test_binary_is_malformed(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.transport.send_bytes(b'{"type": "list_peers"}')
    assert (await bob.next("error"))["code"] == "malformed"
    await bob.sync()


async def test_ten_in_a_row_end_it(world: World) -> None:
    bob = await world.connect(world.bob)
    for _ in range(10):
        await bob.transport.send("junk")
    closed = await bob.closed()
    assert (closed.code, closed.reason) == (1008, "malformed")
    assert len([f for f in bob.frames if f["type"] == "error"]) == 10


async def test_ten_in_a_row_end_it_before_hello_too(world: World) -> None:
    socket = world.open(world.bob)
    for _ in range(10):
        await socket.transport.send("junk")
    assert (await socket.closed()).code == 1008


async def test_something_sensible_in_between_begins_the_count_anew(world: World) -> None:
    bob = await world.connect(world.bob)
    for _ in range(3):
        for _ in range(9):
            await bob.transport.send("junk")
        await bob.sync()


async def test_an_unknown_type_is_answered_and_the_session_goes_on(world: World) -> None:
    bob = await world.connect(world.bob)
    for n in range(20):
        error = await bob.ask("teleport", to=n)
        assert (error["type"], error["code"]) == ("error", "unknown_type")


async def test_unknown_fields_are_ignored(world: World) -> None:
    alice, bob = await world.connect(world.alice, mood="fine"), await world.connect(world.bob)
    assert (await alice.message(bob.key, mood="fine"))["queued"] is True


@pytest.mark.parametrize("request_id", ["r1", 7, 2**70, "", 0])
async def test_a_request_id_is_echoed_as_it_was(world: World, request_id: Any) -> None:
    bob = await world.connect(world.bob)
    for frame in ({"type": "list_peers"}, {"type": "teleport"}, {"type": "set_status"}):
        await bob.send_frame(frame | {"_reqId": request_id})
        answer = json.loads(await bob.transport.receive())
        assert answer["_reqId"] == request_id


async def test_messages_of_the_broker_are_no_messages_to_the_broker(world: World) -> None:
    bob = await world.connect(world.bob)
    for kind in ("push", "hello_ack", "ack", "receipt", "welcome"):
        assert (await bob.ask(kind))["code"] == "unknown_type"


async def test_text_the_database_cannot_store_is_refused_at_the_edge(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key, "nul \x00", id="m0")
    assert (ack["type"], ack["id"], ack["error"][:9]) == ("ack", "m0", "malformed")
    assert (await alice.ask("join_group", name="a\x00b"))["code"] == "malformed"
    assert (await alice.message(bob.key, "backslash \\u0000"))["queued"] is True


@pytest.mark.limits(request_burst=3, requests_per_minute=1)
async def test_requests_of_a_member_are_limited(world: World) -> None:
    bob = await world.connect(world.bob)
    answers = [await bob.ask("list_peers") for _ in range(4)]
    assert answers[3]["code"] == "rate_limit"
    assert answers[3]["retryAfterMs"] > 0


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KINDS = ["send", "client_ack", "set_status", "join_group", "hello", "list_peers", "message_status"]
FIELDS = ["id", "targetSpec", "priority", "nonce", "ciphertext", "hold", "name", "status", "groups"]


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), values, max_size=6))
def test_the_decoder_survives_any_field(kind: str, fields: dict[str, Any]) -> None:
    with contextlib.suppress(DecodeFailure):
        message = decode_client(json.dumps({"type": kind, **fields}))
        assert message.__struct_config__.tag == kind
