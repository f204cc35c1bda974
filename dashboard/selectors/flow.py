"""How many messages a mesh carried, minute by minute, over the last hour. Never which ones.

Ids of messages begin with their time, so the last hour is a range of the primary key: sending
pays for no index of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMinute
from redis.exceptions import RedisError

from presence.clock import now
from presence.models import Message

MINUTES = 60
KEEP_S = 15


@dataclass(frozen=True, slots=True)
class Flow:
    """Counts by minute, oldest first; the last minute is not over yet."""

    counts: list[tuple[datetime, int]]

    @property
    def total(self) -> int:
        """Messages in the hour."""
        return sum(count for _, count in self.counts)

    @property
    def peak(self) -> int:
        """The most in one minute."""
        return max((count for _, count in self.counts), default=0)


def messages_since(moment: datetime) -> QuerySet[Message]:
    """Messages stored since then, of all meshes; those pruned meanwhile are missing."""
    return Message.objects.filter(id__gte=f"{int(moment.timestamp() * 1000):012x}")


def flow_of(mesh_id: str) -> Flow:
    """The last hour of a mesh, at most KEEP_S old."""
    key = f"dashboard:flow:{mesh_id}"
    try:
        found: Flow | None = cache.get(key)
        if found is None:
            found = _read(mesh_id)
            cache.set(key, found, KEEP_S)
    except RedisError:
        return _read(mesh_id)
    return found


def _read(mesh_id: str) -> Flow:
    this_minute = now().replace(second=0, microsecond=0)
    first = this_minute - timedelta(minutes=MINUTES - 1)
    rows = messages_since(first).filter(mesh_id=mesh_id)
    by_minute = rows.annotate(minute=TruncMinute("created_at")).order_by().values("minute")
    counted = Counter({row["minute"]: row["n"] for row in by_minute.annotate(n=Count("pk"))})
    minutes = (first + timedelta(minutes=offset) for offset in range(MINUTES))
    return Flow([(minute, counted[minute]) for minute in minutes])
