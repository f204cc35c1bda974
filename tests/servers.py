"""Everything that live tests start, in one place to import from. Starts nothing by itself."""

from tests.broker_process import Broker, broker
from tests.ports import free_port, wait_until
from tests.postgres import new_database, postgres_server, session_postgres_url
from tests.redis_process import redis_server

__all__ = [
    "Broker",
    "broker",
    "free_port",
    "new_database",
    "postgres_server",
    "redis_server",
    "session_postgres_url",
    "wait_until",
]
