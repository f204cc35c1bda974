"""Reads, verifies and signs audit logs beside the ledger's thread, which they would hold up.

Each call has a thread and a database connection to itself, given back when it is done.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from claudemesh_wire.audit import ChainReport
from claudemesh_wire.errors import MeshError
from django.db import InterfaceError, OperationalError, connection

from audit import checkpoints, selectors
from audit.turns import turn
from audit.verifying import verify
from presence.clock import now
from presence.storage.sweeping import SIGNING_LOCK_ID, try_lock

T = TypeVar("T")

SIGN_EVERY = timedelta(hours=1)
#: A broker that is restarted more often than hourly signs all the same.
LOOK_EVERY_S = 600.0


class Auditing:
    """`is_stopping` ends what takes long when the node stops."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        self._is_stopping = is_stopping

    async def query(
        self, mesh_id: str, *, limit: int, offset: int, event_type: str | None
    ) -> selectors.Page:
        """A page of the log, newest first. Raises MeshError `unavailable`."""
        return await _apart(
            lambda: selectors.query(mesh_id, limit=limit, offset=offset, event_type=event_type)
        )

    async def verify(self, mesh_id: str) -> ChainReport:
        """Walks the whole log. Raises MeshError `overloaded` while others do, `unavailable`."""
        return await _apart(lambda: self._verify(mesh_id))

    async def sign_due(self) -> None:
        """Signs the logs that have moved and were not signed for an hour; one node at a time."""
        await _apart(
            lambda: checkpoints.checkpoint_all(
                signed_before=now() - SIGN_EVERY,
                may_go_on=lambda: not self._is_stopping() and try_lock(SIGNING_LOCK_ID),
            )
        )

    def _verify(self, mesh_id: str) -> ChainReport:
        with turn(mesh_id):
            return verify(mesh_id, progress=self._go_on)

    def _go_on(self, done: int, total: int) -> None:
        if self._is_stopping():
            raise MeshError("unavailable")


async def _apart(work: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            raise MeshError("unavailable") from error
        finally:
            connection.close()

    return await asyncio.to_thread(run)
