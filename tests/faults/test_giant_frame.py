"""A frame of 10 MB: closed with 1009 before it is read whole."""

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults.harm import unharmed
from tests.faults.memory import MB
from tests.faults.traffic import connect
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import SocketClosed, WirePeer

pytestmark = pytest.mark.live

TIMES = 10


async def test_it_is_closed_unread(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded, growth_bytes=8 * MB):
        for _ in range(TIMES):
            assert await code_after(await connect(guarded.ws_url, alice)) == 1009


async def test_it_is_closed_unread_before_hello_too(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded, growth_bytes=8 * MB):
        for _ in range(TIMES):
            stranger = await silent(guarded, alice)
            assert await code_after(stranger) == 1009


async def silent(guarded: Broker, who: Identity) -> WirePeer:
    """A socket that says no hello."""
    return WirePeer(await LiveTransport.open(guarded.ws_url), who)


async def code_after(peer: WirePeer) -> int:
    """The close code a giant frame brings."""
    try:
        await peer.transport.send("x" * 10 * MB)
    except SocketClosed as closed:
        return closed.code
    return (await peer.closed()).code
