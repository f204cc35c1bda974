"""Token buckets, in memory on one node; refuses with `rate_limit` and when to try again."""

from collections import OrderedDict

from claudemesh_wire.errors import MeshError

from presence.clock import monotonic

MAX_BUCKETS = 100_000


class TokenBuckets:
    """One bucket a key: `burst` tokens at most, refilled at `per_minute`.

    Reconnecting does not reset a bucket; the least recently used of more than 100,000 are
    forgotten, which can only happen to ones that are long full again.
    """

    def __init__(self, *, per_minute: int, burst: int) -> None:
        self._rate_per_s = per_minute / 60
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Takes a token. Raises MeshError `rate_limit` with `retry_after_ms`."""
        moment = monotonic()
        tokens, since = self._buckets.get(key, (self._burst, moment))
        tokens = min(self._burst, tokens + (moment - since) * self._rate_per_s)
        if tokens < 1:
            self._store(key, tokens, moment)
            wait_s = (1 - tokens) / self._rate_per_s if self._rate_per_s else 60.0
            raise MeshError("rate_limit", retry_after_ms=int(wait_s * 1000) + 1)
        self._store(key, tokens - 1, moment)

    def _store(self, key: str, tokens: float, moment: float) -> None:
        self._buckets[key] = (tokens, moment)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
