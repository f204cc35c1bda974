"""Finds out whether this process can serve: database, migrations, Redis. Knows no HTTP."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from threading import Lock
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from claudemesh import process

logger = logging.getLogger(__name__)

PROBE_TIMEOUT_S = 2.0


class Probe:
    """Asks a question that may hang, on one thread of its own, for at most two seconds.

    While an earlier question still hangs no second one is asked, so that probing a dead
    server costs one thread however often somebody probes.
    """

    def __init__(self, ask: Any) -> None:
        self.ask = ask
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")
        self._pending: Future[Any] | None = None
        self._lock = Lock()

    def answer(self) -> Any:
        """What `ask` returned. Raises what it raised, or TimeoutError."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = self._executor.submit(self.ask)
            pending = self._pending
        try:
            return pending.result(timeout=PROBE_TIMEOUT_S)
        except FutureTimeoutError as error:
            raise TimeoutError("no answer in time") from error


def applied_migrations() -> set[tuple[str, str]]:
    """(app, name) of every migration that the database has."""
    try:
        return set(MigrationRecorder(connection).applied_migrations())
    finally:
        connection.close()


def select_one() -> bool:
    """Whether the database answers a query; raises what the driver raises."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    finally:
        connection.close()


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration that this code has."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def ping_redis() -> bool:
    """Whether every configured Redis answers; raises what the client raises."""
    for url in settings.REDIS_URLS:
        with redis.Redis.from_url(
            url, socket_timeout=PROBE_TIMEOUT_S, socket_connect_timeout=PROBE_TIMEOUT_S
        ) as client:
            client.ping()
    return True


database_probe = Probe(select_one)
migrations_probe = Probe(applied_migrations)
redis_probe = Probe(ping_redis)


def database_is_up() -> bool:
    """Whether the database answers just now."""
    try:
        return bool(database_probe.answer())
    except Exception as error:  # any failure of any driver means "down" here
        logger.warning("The database does not answer: %s", error)
        return False


def why_not_ready() -> dict[str, Any] | None:
    """None when ready, else `{"reason": ..., details}` for the first thing that is wrong."""
    if process.is_draining():
        return {"reason": "draining"}
    return database_problem() or redis_problem()


def database_problem() -> dict[str, Any] | None:
    """`db_down`, `migration_missing` (with `expected`) or `migrations_pending` (with `pending`)."""
    try:
        applied = migrations_probe.answer()
    except Exception as error:  # any failure of any driver means "down" here
        logger.warning("The database does not answer: %s", error)
        return {"reason": "db_down"}
    expected = settings.EXPECTED_MIGRATION
    if expected and tuple(expected.split(".", 1)) not in applied:
        return {"reason": "migration_missing", "expected": expected}
    pending = sorted(known_migrations() - applied)
    if pending:
        return {"reason": "migrations_pending", "pending": [".".join(key) for key in pending]}
    return None


def redis_problem() -> dict[str, Any] | None:
    """`redis_down`, if there is to be a Redis and it does not answer."""
    if not settings.REDIS_URLS:
        return None
    try:
        redis_probe.answer()
    except Exception as error:  # any failure of the client means "down" here
        logger.warning("Redis does not answer: %s", error)
        return {"reason": "redis_down"}
    return None
