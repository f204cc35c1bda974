"""An innocent pair that keeps talking while somebody else misbehaves."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tests.faults.traffic import connect
from tests.identities import Identity
from tests.wire_peer import WirePeer


@dataclass
class Pair:
    """Two who exchange one message after the other; `rounds_s`: seconds from send to push."""

    sender: WirePeer
    receiver: WirePeer
    rounds_s: list[float] = field(default_factory=list)

    async def talk(self) -> None:
        """One message there, acked and pushed."""
        began = time.perf_counter()
        ack = await self.sender.message(self.receiver.key)
        assert ack["queued"], ack
        await self.receiver.pushed()
        self.rounds_s.append(time.perf_counter() - began)
        self.sender.frames.clear()

    async def talk_on(self) -> None:
        """Talks until cancelled."""
        while True:
            await self.talk()

    def median_s(self, since: int = 0) -> float:
        """The median round from number `since` on."""
        return statistics.median(self.rounds_s[since:])


@contextlib.asynccontextmanager
async def bystanders(url: str, one: Identity, other: Identity) -> AsyncIterator[Pair]:
    """A pair that talks as long as the block runs; raises afterwards what broke its talk."""
    pair = Pair(await connect(url, one), await connect(url, other))
    await pair.talk()
    talking = asyncio.create_task(pair.talk_on())
    try:
        yield pair
    finally:
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking
        for peer in (pair.sender, pair.receiver):
            await peer.transport.close()
