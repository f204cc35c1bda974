"""Hellos as fast as they can be said: refused with a code, for the one who floods only."""

import asyncio
import time

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults.harm import unharmed
from tests.faults.traffic import connect
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import SocketClosed, WirePeer

pytestmark = pytest.mark.live

HELLOS = 1_000
#: How many come in two seconds is the machine's; each holds some memory until it is collected.
MOST_FORGED = 2_000


async def test_hello_on_an_open_session_is_refused_each_time(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        mallory = await connect(guarded.ws_url, alice)
        for _ in range(HELLOS):
            await mallory.send_frame(alice.hello_v1(mallory.session))
        await mallory.sync()
        assert [f["type"] for f in mallory.frames].count("error") == HELLOS
        await mallory.transport.close()


async def test_new_sessions_without_end_are_limited_per_member(guarded: Broker) -> None:
    alice, bob = cast(guarded, "alice", "bob")
    async with unharmed(guarded):
        codes = [await knock(guarded, alice) for _ in range(150)]
        assert codes[0] == "welcome"
        assert "rate_limit" in codes
        assert set(codes) <= {"welcome", "rate_limit"}
        honest = await connect(guarded.ws_url, bob)
        await honest.transport.close()


async def test_forged_hellos_a_millisecond_apart_are_refused(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        ends = time.monotonic() + 2
        refused = 0
        while time.monotonic() < ends and refused < MOST_FORGED:
            codes = await asyncio.gather(*(forge(guarded, alice) for _ in range(20)))
            assert set(codes) == {"bad_signature"}
            refused += len(codes)
        assert refused >= 100
        honest = await connect(guarded.ws_url, alice)  # whose name was abused
        await honest.transport.close()


async def knock(guarded: Broker, who: Identity) -> str:
    """One new session, ended at once: `welcome`, or the code of the refusal."""
    peer = WirePeer(await LiveTransport.open(guarded.ws_url), who)
    try:
        await peer.say_hello()
    except SocketClosed:
        return str(next(f["code"] for f in peer.frames if f["type"] == "error"))
    await peer.transport.close()
    return "welcome"


async def forge(guarded: Broker, who: Identity) -> str:
    """A hello in somebody's name without their key; the code of the refusal."""
    peer = WirePeer(await LiveTransport.open(guarded.ws_url), who)
    hello = who.hello_v1(peer.session, signature="00" * 64)
    code, closed = await peer.refused(hello)
    assert closed.code == 1008
    return code
