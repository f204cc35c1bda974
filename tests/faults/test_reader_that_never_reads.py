"""A receiver that never reads is closed (3008) and loses nothing; nobody else notices."""

from collections.abc import Iterator

import pytest

from tests.broker_process import Broker, broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.bystanders import bystanders
from tests.faults.conftest import ROOMY
from tests.faults.memory import MB, resident_bytes
from tests.faults.metering import metric
from tests.faults.traffic import Receiver, Sender, connect

pytestmark = pytest.mark.live

MESSAGES = 200
SIZE = 60_000
PATIENCE = {
    "SLOW_CONSUMER_S": "1",
    "SEND_WINDOW_MESSAGES": "256",
    "SEND_WINDOW_BYTES": str(8 * MB),
    "OUTBOUND_MAX_BYTES": str(16 * MB),
}
GROWTH_BYTES = 32 * MB


@pytest.fixture(scope="module")
def impatient() -> Iterator[Broker]:
    """A broker that gives a stuck reader a second."""
    with broker(**ROOMY | PATIENCE) as shared:
        yield shared


async def test_it_is_closed_and_its_messages_wait(impatient: Broker) -> None:
    alice, bob, carol, dave = cast(impatient, "alice", "bob", "carol", "dave")
    async with bystanders(impatient.ws_url, carol, dave) as pair:
        stuck = await connect(impatient.ws_url, bob)  # and never read
        before = resident_bytes(impatient.pid)
        await waiting.eventually(lambda: len(pair.rounds_s) > 50, "a baseline")
        calm = len(pair.rounds_s)
        baseline_s = pair.median_s()
        sender = Sender(
            alice, impatient.ws_url, targets=[bob.pubkey], count=MESSAGES, size=SIZE, window=1
        )
        await sender.run()
        await waiting.eventually(
            lambda: metric(impatient, "broker_slow_consumers_total") == 1, "bob is closed"
        )
        growth = resident_bytes(impatient.pid) - before
        closed = await stuck.closed()  # at last it reads
        assert len(pair.rounds_s) > calm + 50
        assert pair.median_s(since=calm) < 5 * baseline_s + 0.02
    assert growth < GROWTH_BYTES

    assert closed.code == 3008
    back = Receiver(bob, impatient.ws_url, session=stuck.session)
    await back.start()
    assert await waiting.arrival([sender], [back]) == MESSAGES
    await back.stop()
