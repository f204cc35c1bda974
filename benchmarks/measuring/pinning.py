"""Which processor core a process may use. A child inherits what its parent has."""

import contextlib
import os
from collections.abc import Iterator

BROKER_CORE = 0
GENERATOR_CORE = 1


def can_pin() -> bool:
    """Whether this system lets processes be pinned and has two cores."""
    return hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process, and what it starts meanwhile, runs on that core alone."""
    if not can_pin():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
