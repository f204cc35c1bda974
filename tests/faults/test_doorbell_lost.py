"""Redis dies in the middle of traffic between two nodes: it costs time, never a message."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from tests.broker_process import broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.conftest import ROOMY
from tests.faults.traffic import Receiver, Sender
from tests.faults.two_nodes import QUICK, needs_postgres
from tests.ports import free_port
from tests.postgres import new_database, session_postgres_url
from tests.redis_process import redis_server

pytestmark = [pytest.mark.live, needs_postgres]

MESSAGES = 60


@pytest.fixture
def redis() -> Iterator[tuple[contextlib.ExitStack, int]]:
    """A Redis that ends when the stack is closed, and its port."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        stack.enter_context(redis_server(port))
        yield stack, port


async def test_messages_cross_without_a_doorbell_and_with_it_again(
    redis: tuple[contextlib.ExitStack, int],
) -> None:
    stack, port = redis
    database_url = new_database(session_postgres_url())
    settings = {**ROOMY, **QUICK, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        broker(database_url=database_url, **settings) as one,
        broker(database_url=database_url, **settings) as two,
    ):
        alice, bob = cast(one, "alice", "bob")
        receiver = Receiver(bob, two.ws_url)
        await receiver.start()
        sender = Sender(
            alice, one.ws_url, targets=[bob.pubkey, receiver.session.keys.public], count=MESSAGES
        )
        sending = asyncio.create_task(sender.run())
        await waiting.acks([sender], MESSAGES // 2)
        await asyncio.to_thread(stack.close)
        await waiting.acks([sender], MESSAGES)
        assert await waiting.arrival([sender], [receiver]) >= MESSAGES
        await asyncio.to_thread(stack.enter_context, redis_server(port))
        await sending
        assert await waiting.arrival([sender], [receiver]) == 2 * MESSAGES
        assert one.is_running()
        assert two.is_running()
        await receiver.stop()
