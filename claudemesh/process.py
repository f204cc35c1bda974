"""What this broker process knows about itself: when it started, whether it is stopping."""

import gc
import os
import socket
import threading
import time

from presence.runtime import current_if_any

GC_THRESHOLD = 50_000  # allocations between two looks at the young
#: A look at those that survived one is about as cheap, and sockets that came and went are among
#: them; a full one stops every socket for as long as there are many.
MIDDLE_EVERY = 2
FULL_EVERY = 200

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


def settle_memory() -> None:
    """Takes what was loaded so far out of the garbage collector's rounds, and makes them rarer.

    Nearly all garbage here is freed by reference counting; full rounds over every loaded module
    would stop all sockets for milliseconds at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, MIDDLE_EVERY, FULL_EVERY)
