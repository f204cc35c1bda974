"""1,000 sockets that never say hello: some are let in to wait, the rest are refused in words."""

import asyncio
from collections import Counter

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults.harm import unharmed
from tests.faults.memory import MB
from tests.faults.traffic import connect
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import WirePeer

pytestmark = pytest.mark.live

SOCKETS = 1_000
AT_ONCE_PER_ADDRESS = 200  # the default of MAX_UNAUTHENTICATED_PER_ADDRESS


async def test_they_are_bounded_and_time_out(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded, growth_bytes=48 * MB):
        ends = Counter(await asyncio.gather(*(linger(guarded, alice) for _ in range(SOCKETS))))
        assert ends[("hello_timeout", 1008)] >= AT_ONCE_PER_ADDRESS
        assert ends[("capacity", 1013)] > 0
        assert set(ends) == {("hello_timeout", 1008), ("capacity", 1013)}
        # room again for somebody honest
        late = await connect(guarded.ws_url, alice)
        await late.transport.close()


async def linger(guarded: Broker, who: Identity) -> tuple[str, int]:
    """Says nothing until closed: the error code in words, and the close code."""
    stranger = WirePeer(await LiveTransport.open(guarded.ws_url), who)
    closed = await stranger.closed()
    errors = [frame["code"] for frame in stranger.frames if frame["type"] == "error"]
    return (errors[-1] if errors else "silence"), closed.code
