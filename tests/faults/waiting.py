"""Waits of fault tests: beside the event loop, each with a deadline that says what is missing."""

import asyncio
from collections.abc import Callable, Iterable

from tests.faults import tally
from tests.faults.traffic import Sender
from tests.ports import wait_until
from tests.wire_peer import WirePeer


async def eventually(condition: Callable[[], bool], what: str, *, timeout_s: float = 30.0) -> None:
    """Return once `condition` holds; the loop runs on meanwhile. Raises TimeoutError."""
    await asyncio.to_thread(wait_until, condition, what=what, timeout_s=timeout_s)


async def acks(senders: Iterable[Sender], count: int) -> None:
    """Return once the senders together have `count` acks."""
    senders = list(senders)

    def enough() -> bool:
        failures = [sender.failed for sender in senders if sender.failed]
        assert not failures, failures
        return sum(len(sender.acked) for sender in senders) >= count

    await eventually(enough, f"{count} acks", timeout_s=60)


async def arrival(senders: Iterable[Sender], inboxes: Iterable[tally.Inbox]) -> int:
    """Return once all that was acked is there, checked; how many deliveries that were."""
    senders, inboxes = list(senders), list(inboxes)
    try:
        await eventually(lambda: tally.all_arrived(senders, inboxes), "all mail")
    except TimeoutError:
        tally.check(senders, inboxes)  # says what is missing
        raise
    return tally.check(senders, inboxes)


async def until_listed(asker: WirePeer, keys: set[str], *, timeout_s: float = 15.0) -> None:
    """Return once `list_peers` names exactly the sessions with these keys."""
    listed: set[str] = set()
    try:
        async with asyncio.timeout(timeout_s):
            while listed != keys:
                peers = (await asker.ask("list_peers"))["peers"]
                listed = {peer["pubkey"] for peer in peers}
    except TimeoutError:
        raise AssertionError(f"listed {listed}, wanted {keys}") from None
