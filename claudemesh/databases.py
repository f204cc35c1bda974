"""Turns DATABASE_URL and REDIS_URL into Django's dictionaries. Opens no connection."""

from typing import Any

SQLITE_BUSY_TIMEOUT_S = 20

# WAL lets readers go on while one writer commits; FULL syncs each commit, so that
# what was acked survives a power cut as well as a kill.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


def with_options(database: dict[str, Any], *, pool_size: int) -> dict[str, Any]:
    """Add the options that the broker relies on to a parsed DATABASE_URL.

    SQLite: WAL, immediate transactions, a busy timeout. PostgreSQL: psycopg's
    connection pool of at most `pool_size` connections (0: no pool).
    """
    options = database.setdefault("OPTIONS", {})
    if "sqlite" in database["ENGINE"]:
        options.setdefault("timeout", SQLITE_BUSY_TIMEOUT_S)
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault("init_command", SQLITE_PRAGMAS)
    elif "postgresql" in database["ENGINE"] and pool_size:
        options.setdefault("pool", {"min_size": 1, "max_size": pool_size, "timeout": 10})
    return database


def channel_layers(redis_urls: list[str]) -> dict[str, Any]:
    """The channel layer: in memory for one node, Redis publish/subscribe for several.

    Several URLs shard the groups. Publish/subscribe fits a doorbell: nothing is
    stored in Redis, and a lost ring is made up for from the database.
    """
    if not redis_urls:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": redis_urls, "prefix": "claudemesh"},
        }
    }


def caches(redis_urls: list[str]) -> dict[str, Any]:
    """The cache that throttles count in: shared by all nodes when there is a Redis."""
    if not redis_urls:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_urls[0],
            "KEY_PREFIX": "claudemesh",
        }
    }
