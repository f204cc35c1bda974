"""The one clock of the realtime core; wall time in UTC, and ages on the monotonic clock."""

from datetime import UTC, datetime
from time import monotonic, time

__all__ = ["iso", "millis", "monotonic", "now"]


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)


def millis() -> int:
    """Unix milliseconds."""
    return int(time() * 1000)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as browsers print it."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"
