"""Counts requests in the cache, by address or account, so that nobody can try codes all day."""

from __future__ import annotations

import logging
import time

from claudemesh_wire.errors import MeshError
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.addresses import address_bucket, client_address

logger = logging.getLogger(__name__)

PERIODS_S = {"s": 1, "m": 60, "h": 3600}


class AddressThrottle(BaseThrottle):
    """At most `view.throttle_rate` ("60/m") requests an address and view."""

    def __init__(self) -> None:
        self.wait_s: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        bucket = address_bucket(client_address(request))
        rate = getattr(view, "throttle_rate", "60/m")
        self.wait_s = seconds_over(f"{type(view).__name__}:{bucket}", rate)
        return self.wait_s is None

    def wait(self) -> float | None:
        """Seconds until the next window opens."""
        return self.wait_s


def refuse_over(key: str, rate: str) -> None:
    """Count one event under `key`. Raises MeshError("rate_limit") once `rate` is used up."""
    wait_s = seconds_over(key, rate)
    if wait_s is not None:
        raise MeshError("rate_limit", retry_after_ms=int(wait_s * 1000))


def seconds_over(key: str, rate: str) -> float | None:
    """Count one event in a fixed window; None while within `rate`, else the seconds to wait.

    `cache.incr` is atomic on every backend, so simultaneous requests cannot slip past. With
    the shared cache down the request goes through: a lost count is better than a closed door.
    """
    limit, period_s = parse_rate(rate)
    window, elapsed_s = divmod(time.time(), period_s)
    cache_key = f"throttle:{key}:{int(window)}"
    try:
        cache.add(cache_key, 0, timeout=period_s * 2)
        within = cache.incr(cache_key) <= limit
    except (RedisError, ValueError):
        logger.warning("The throttle could not count; the request goes through.", exc_info=True)
        return None
    return None if within else period_s - elapsed_s


def parse_rate(rate: str) -> tuple[int, int]:
    """("60/m") -> (60, 60): how many, in how many seconds."""
    count, _, period = rate.partition("/")
    return int(count), PERIODS_S[period]
