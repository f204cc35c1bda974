"""SIGTERM in the middle of traffic: sockets close 1001, exit 0 in time, nothing acked is lost."""

import asyncio
import time

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import Receiver, Sender, connect

pytestmark = pytest.mark.live

SENDERS = 6
MESSAGES_EACH = 60
STOP_LIMIT_S = 10.0


async def test_a_stop_in_the_middle_of_traffic_loses_nothing(running: Broker) -> None:
    bob, watcher, *people = cast(running, "bob", "carol", *(f"sender{n}" for n in range(SENDERS)))
    receiver = Receiver(bob, running.ws_url)
    await receiver.start()
    bystander = await connect(running.ws_url, watcher)
    senders = [
        Sender(
            who,
            running.ws_url,
            targets=[bob.pubkey, receiver.session.keys.public],
            count=MESSAGES_EACH,
        )
        for who in people
    ]
    sending = asyncio.gather(*(sender.run() for sender in senders))
    total = SENDERS * MESSAGES_EACH * 2

    await waiting.acks(senders, total // 3)
    began = time.monotonic()
    exit_code = await asyncio.to_thread(running.terminate)
    took_s = time.monotonic() - began
    assert exit_code == 0
    assert took_s < STOP_LIMIT_S
    assert (await bystander.closed()).code == 1001

    await asyncio.to_thread(running.start)
    await sending
    assert await waiting.arrival(senders, [receiver]) == total
    await receiver.stop()


async def test_a_stop_does_not_wait_for_a_reader_that_never_reads(running: Broker) -> None:
    alice, bob = cast(running, "alice", "bob")
    stuck = await connect(running.ws_url, bob)
    sender = Sender(alice, running.ws_url, targets=[bob.pubkey], count=60, size=60_000)
    await sender.run()
    began = time.monotonic()
    assert await asyncio.to_thread(running.terminate) == 0
    assert time.monotonic() - began < STOP_LIMIT_S

    await asyncio.to_thread(running.start)
    back = Receiver(bob, running.ws_url, session=stuck.session)
    await back.start()
    assert await waiting.arrival([sender], [back]) == 60
    await back.stop()
    await stuck.transport.drop()
