"""PostgreSQL ends all the broker's connections in mid-traffic: the broker lives, acks hold."""

import asyncio
import os

import psycopg
import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import Receiver, Sender

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASE") != "postgres", reason="only PostgreSQL has connections"
    ),
]

SENDERS = 6
MESSAGES_EACH = 80
ROUNDS = 5


async def test_nothing_acked_is_lost_and_the_process_lives(running: Broker) -> None:
    bob, *people = cast(running, "bob", *(f"sender{n}" for n in range(SENDERS)))
    receiver = Receiver(bob, running.ws_url)
    await receiver.start()
    pid = running.pid
    targets = [bob.pubkey, receiver.session.keys.public]
    senders = [Sender(who, running.ws_url, targets=targets, count=MESSAGES_EACH) for who in people]
    sending = asyncio.gather(*(sender.run() for sender in senders))
    total = SENDERS * MESSAGES_EACH * 2
    killed = 0
    for kill in range(1, ROUNDS + 1):
        await waiting.acks(senders, total * kill // (ROUNDS + 1))
        killed += await asyncio.to_thread(end_connections, running)
    async with asyncio.timeout(60):
        await sending
    assert await waiting.arrival(senders, [receiver]) == total
    await receiver.stop()

    assert killed >= ROUNDS
    await waiting.eventually(running.is_ready, "the broker is ready again")
    assert running.pid == pid
    assert running.process is not None
    assert running.process.poll() is None


def end_connections(of: Broker) -> int:
    """End every connection to the broker's database but this one; how many there were."""
    with psycopg.connect(of.environment["DATABASE_URL"], autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended is not None
    return int(ended[0])
