"""The broker in three numbers, for its start page; asked for often, so they may be seconds old."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import NamedTuple

from django.core.cache import cache
from redis.exceptions import RedisError

from dashboard.selectors.flow import messages_since
from meshes.models import Mesh
from presence.clock import now
from presence.models import Presence

logger = logging.getLogger(__name__)

KEY = "dashboard:counters"
KEEP_S = 10


class Counters(NamedTuple):
    """Open connections, meshes that are not archived, and messages of the last hour."""

    connections: int
    meshes: int
    messages: int


def counters() -> Counters | None:
    """The numbers, at most KEEP_S old; None while the cache is away, to spare the database."""
    try:
        found = cache.get(KEY)
        if found is None:
            found = _count()
            cache.set(KEY, tuple(found), KEEP_S)
    except RedisError:
        logger.warning("The counters cannot be cached, so they are not shown.", exc_info=True)
        return None
    return Counters(*found)


def _count() -> Counters:
    return Counters(
        connections=Presence.objects.filter(disconnected_at=None).count(),
        meshes=Mesh.objects.filter(archived_at=None).count(),
        messages=messages_since(now() - timedelta(hours=1)).count(),
    )
