"""A frozen receiver costs the others nothing, and has all its mail when it wakes up."""

import asyncio
from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import waiting
from tests.faults.receiver_process import ReceiverProcess
from tests.faults.traffic import Receiver, Sender

pytestmark = pytest.mark.live

MESSAGES = 100


async def test_frozen_receiver_has_all_its_mail_once_it_wakes_up(
    running: Broker, tmp_path: Path
) -> None:
    alice, bob, carol = cast(running, "alice", "bob", "carol")
    frozen = ReceiverProcess(bob, running.ws_url, tmp_path)
    awake = Receiver(carol, running.ws_url)
    await asyncio.to_thread(frozen.start)
    await awake.start()
    targets = [frozen.session.keys.public, carol.pubkey, "*"]
    sender = Sender(alice, running.ws_url, targets=targets, count=MESSAGES)
    try:
        frozen.freeze()
        await sender.run()
        # carol has hers while bob sleeps
        assert await waiting.arrival([sender], [awake]) == 2 * MESSAGES
        assert len(frozen.received) < MESSAGES
        frozen.thaw()
        assert await waiting.arrival([sender], [frozen]) == 2 * MESSAGES
    finally:
        frozen.kill9()
        await awake.stop()
