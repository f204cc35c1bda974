"""What this broker process knows about itself: when it started, whether it is stopping."""

import os
import socket
import threading
import time

from presence.runtime import current_if_any

_started_at_s = time.monotonic()
_draining = threading.Event()


def uptime_s() -> float:
    """Seconds since this module was first imported, which is when the process set up."""
    return round(time.monotonic() - _started_at_s, 3)


def begin_draining() -> None:
    """From now on `/health/ready` tells load balancers to go elsewhere."""
    _draining.set()


def is_draining() -> bool:
    """Whether the process is on its way out."""
    return _draining.is_set()


def node_name() -> str:
    """The node's id while it serves sockets, else host and process id."""
    runtime = current_if_any()
    return runtime.node_id if runtime else f"{socket.gethostname()}-{os.getpid()}"
