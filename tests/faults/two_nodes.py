"""Two broker processes on one PostgreSQL and one Redis. Tests nothing itself."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.broker_process import Broker, broker
from tests.postgres import new_database, session_postgres_url
from tests.redis_process import redis_server

#: Short, so that a dead node is noticed while a test waits.
QUICK = {
    "NODE_HEARTBEAT_S": "0.5",
    "NODE_LEASE_S": "2",
    "PRESENCE_LEASE_S": "2",
    "RECONCILE_S": "1",
}

needs_postgres = pytest.mark.skipif(
    os.environ.get("TEST_DATABASE") != "postgres", reason="SQLite has one node only"
)


@dataclass(frozen=True)
class Nodes:
    """The two, and where their doorbells go."""

    one: Broker
    two: Broker
    redis_url: str


@contextlib.contextmanager
def two_nodes(**environment: str) -> Iterator[Nodes]:
    """Two running nodes; keyword arguments are environment variables of both."""
    database_url = new_database(session_postgres_url())
    with redis_server() as redis_url:
        settings = {**QUICK, **environment, "REDIS_URL": redis_url}
        with (
            broker(database_url=database_url, **settings) as one,
            broker(database_url=database_url, **settings) as two,
        ):
            yield Nodes(one, two, redis_url)
