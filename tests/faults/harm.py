"""What an attack must not do: grow the broker, end it, or stop an innocent pair from talking."""

import contextlib
import functools
from collections.abc import AsyncIterator

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.bystanders import Pair, bystanders
from tests.faults.memory import MB, resident_bytes
from tests.identities import Identity

GROWTH_BYTES = 24 * MB
LONGEST_ROUND_S = 3.0
ROUNDS_DURING = 5


@contextlib.asynccontextmanager
async def unharmed(target: Broker, *, growth_bytes: int = GROWTH_BYTES) -> AsyncIterator[Pair]:
    """Run an attack in the block; asserts afterwards that it did no harm."""
    carol, dave = innocents(target)
    pid = target.pid
    async with bystanders(target.ws_url, carol, dave) as pair:
        await waiting.eventually(lambda: len(pair.rounds_s) >= ROUNDS_DURING, "a warm-up")
        before_bytes, rounds = resident_bytes(pid), len(pair.rounds_s)
        yield pair
        grown = resident_bytes(pid) - before_bytes
        await waiting.eventually(
            lambda: len(pair.rounds_s) >= rounds + ROUNDS_DURING, "the pair talks on"
        )
    assert grown < growth_bytes, f"the broker grew by {grown / MB:.0f} MB"
    assert max(pair.rounds_s[rounds:]) < LONGEST_ROUND_S
    assert target.pid == pid
    assert target.is_ready()


@functools.cache
def innocents(target: Broker) -> tuple[Identity, ...]:
    """The pair of that broker, cast once."""
    return tuple(cast(target, "carol", "dave"))
