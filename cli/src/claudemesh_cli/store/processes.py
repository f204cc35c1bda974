"""Whether another process of this machine still runs; starts and ends none."""

import os


def is_alive(pid: int) -> bool:
    """True if a process has this id, or if that cannot be found out.

    On Windows signal 0 would be sent as Ctrl-C, so there the answer is always True and callers
    rely on their time limits.
    """
    if os.name == "nt":
        return True
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
