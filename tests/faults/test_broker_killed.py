"""kill -9 of the broker while twenty people send: what was acked arrives, once and in order."""

import asyncio

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import Receiver, Sender

pytestmark = pytest.mark.live

SENDERS = 20
MESSAGES_EACH = 20
KILLS = 2


async def test_every_acked_message_arrives_once_and_in_order(running: Broker) -> None:
    names = [f"sender{number}" for number in range(SENDERS)]
    bob, carol, *people = cast(running, "bob", "carol", *names)
    receivers = [Receiver(who, running.ws_url) for who in (bob, carol)]
    for receiver in receivers:
        await receiver.start()
    # bob is written to by member key, carol by the key of her session, both by broadcast
    targets = [bob.pubkey, receivers[1].session.keys.public, "*"]
    senders = [Sender(who, running.ws_url, targets=targets, count=MESSAGES_EACH) for who in people]
    sending = asyncio.gather(*(sender.run() for sender in senders))

    total = SENDERS * MESSAGES_EACH * len(targets)
    for kill in range(1, KILLS + 1):
        await waiting.acks(senders, total * kill // (KILLS + 1))
        await asyncio.to_thread(running.restart)
    async with asyncio.timeout(60):
        await sending
    held = await waiting.arrival(senders, receivers)
    for receiver in receivers:
        await receiver.stop()

    assert all(sender.breaks for sender in senders), "the kill was meant to hit them all"
    assert held == SENDERS * MESSAGES_EACH * 4
