"""The time as the store writes it; formats nothing for people."""

import time
from datetime import datetime, timezone


def now_iso() -> str:
    """The time as ISO 8601 UTC text with milliseconds, which sorts as text."""
    moment = datetime.now(timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_before(seconds: float) -> str:
    """The time that many seconds ago, as `now_iso` writes it."""
    moment = datetime.fromtimestamp(time.time() - seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
