"""Warns people whose devices will soon be signed out by age. What is due is for accounts to say."""

import asyncio
from collections.abc import Callable
from functools import partial

from django.db import connection

from accounts.services.expiry import ExpiryWarning, send_warning, warn_expiring
from presence.ledger import Ledger

#: A broker that is restarted more often than hourly warns all the same.
EVERY_S = 600.0
BATCH = 20


class Mailing:
    """Claims in the ledger's thread, sends in another, so that no slow provider holds it up.

    `is_stopping` ends a round that would keep the node from stopping.
    """

    def __init__(self, ledger: Ledger, is_stopping: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._is_stopping = is_stopping

    async def warn_expiring(self) -> None:
        """Everything that is due, some at a time. Raises MeshError `unavailable`."""
        taken = BATCH
        while taken == BATCH and not self._is_stopping():
            warnings = await self._ledger.call(partial(warn_expiring, limit=BATCH))
            await asyncio.to_thread(self._send, warnings)
            taken = len(warnings)

    def _send(self, warnings: list[ExpiryWarning]) -> None:
        try:
            for warning in warnings:
                if not self._is_stopping():
                    send_warning(warning)
        finally:
            connection.close()  # this thread's own: who unsubscribed is read from the database
