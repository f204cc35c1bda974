"""kill -9 of a real `claudemesh listen` amid its mail: the inbox has everything, once."""

import asyncio
from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults import tally, waiting
from tests.faults.cli_inbox import CliInbox
from tests.faults.traffic import Sender, connect

pytestmark = pytest.mark.live

MESSAGES_EACH = 60
KILLS = 2


async def test_nothing_acked_is_lost_and_nothing_is_shown_twice(
    running: Broker, tmp_path: Path
) -> None:
    alice, bob, carol = cast(running, "alice", "bob", "carol")
    inbox = CliInbox(bob, running, tmp_path)
    try:
        await asyncio.to_thread(inbox.start)
        asker = await connect(running.ws_url, carol)
        await inbox.learn_session_key(asker)
        targets = [bob.pubkey, inbox.session.keys.public]
        sender = Sender(alice, running.ws_url, targets=targets, count=MESSAGES_EACH, sealed=True)
        sending = asyncio.create_task(sender.run())
        total = MESSAGES_EACH * len(targets)
        for kill in range(1, KILLS + 1):
            await waiting.acks([sender], total * kill // (KILLS + 1))
            inbox.kill9()
            await asyncio.to_thread(inbox.start)
        await sending
        await waiting.eventually(lambda: len(set(inbox.shown)) == total, "all mail is shown")
        assert tally.check([sender], [inbox]) == total
        await asker.transport.close()
    finally:
        inbox.kill9()
