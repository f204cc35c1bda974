"""Ports on loopback, and waiting until somebody answers there."""

import socket
import time
from collections.abc import Callable

POLL_INTERVAL_S = 0.05


def free_port() -> int:
    """A TCP port on loopback that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], *, what: str, timeout_s: float) -> None:
    """Poll `condition` until it holds. Raises TimeoutError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {timeout_s} s")
        time.sleep(POLL_INTERVAL_S)
