"""Counts anonymous requests by address, in the cache, so that nobody can try codes all day."""

from __future__ import annotations

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.addresses import address_bucket, client_address

logger = logging.getLogger(__name__)

PERIODS_S = {"s": 1, "m": 60, "h": 3600}


class AddressThrottle(BaseThrottle):
    """At most `view.throttle_rate` ("60/m") requests an address, counted in fixed windows.

    `cache.incr` is atomic on every backend, so simultaneous requests cannot slip past. With
    the shared cache down the request goes through: a lost count is better than a closed door.
    """

    def __init__(self) -> None:
        self.wait_s = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit, period_s = parse_rate(getattr(view, "throttle_rate", "60/m"))
        window, elapsed_s = divmod(time.time(), period_s)
        bucket = address_bucket(client_address(request))
        key = f"throttle:{type(view).__name__}:{bucket}:{int(window)}"
        self.wait_s = period_s - elapsed_s
        try:
            cache.add(key, 0, timeout=period_s * 2)
            return cache.incr(key) <= limit
        except (RedisError, ValueError):
            logger.warning("The throttle could not count; the request goes through.", exc_info=True)
            return True

    def wait(self) -> float:
        """Seconds until the next window opens."""
        return self.wait_s


def parse_rate(rate: str) -> tuple[int, int]:
    """("60/m") -> (60, 60): how many, in how many seconds."""
    count, _, period = rate.partition("/")
    return int(count), PERIODS_S[period]
