"""Garbage collection on SIGUSR1, so that memory of two moments can be compared."""

import gc
import signal
from types import FrameType


def collect_on_signal() -> None:
    """From now on SIGUSR1 makes this process collect its garbage."""
    signal.signal(signal.SIGUSR1, _collect)


def _collect(signum: int, frame: FrameType | None) -> None:
    gc.collect()
