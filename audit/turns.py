"""Who may verify a chain now: one at a time a chain, few at once a process. Makes nobody wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from claudemesh_wire.errors import MeshError

#: Hashing a long chain takes a processor for as long as it takes.
MAX_AT_ONCE = 4
RETRY_AFTER_MS = 2_000

_lock = Lock()
_taken: set[str] = set()


@contextmanager
def turn(mesh_id: str) -> Iterator[None]:
    """Within this nobody else verifies that chain in this process. Raises `overloaded`."""
    with _lock:
        if mesh_id in _taken or len(_taken) >= MAX_AT_ONCE:
            message = "Audit logs are being verified just now; try again in a moment."
            raise MeshError("overloaded", message, retry_after_ms=RETRY_AFTER_MS)
        _taken.add(mesh_id)
    try:
        yield
    finally:
        with _lock:
            _taken.discard(mesh_id)
