"""kill -9 of a receiver in the middle of its mail: it comes back and has everything, once."""

import asyncio
from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.receiver_process import ReceiverProcess
from tests.faults.traffic import Sender

pytestmark = pytest.mark.live

MESSAGES_EACH = 50
KILLS = 3


async def test_nothing_acked_is_lost(running: Broker, tmp_path: Path) -> None:
    alice, bob, carol = cast(running, "alice", "bob", "carol")
    receiver = ReceiverProcess(bob, running.ws_url, tmp_path)
    await asyncio.to_thread(receiver.start)
    targets = [bob.pubkey, receiver.session.keys.public, "*"]
    senders = [
        Sender(who, running.ws_url, targets=targets, count=MESSAGES_EACH) for who in (alice, carol)
    ]
    sending = asyncio.gather(*(sender.run() for sender in senders))

    total = len(senders) * MESSAGES_EACH * len(targets)
    try:
        for kill in range(1, KILLS + 1):
            await waiting.acks(senders, total * kill // (KILLS + 1))
            receiver.kill9()
            await asyncio.to_thread(receiver.start)
        await sending
        assert await waiting.arrival(senders, [receiver]) == total
    finally:
        receiver.kill9()
