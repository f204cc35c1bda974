"""Only one node migrates at a time."""

import threading

import pytest
from django.db import connection, connections

from claudemesh.migrate_lock import ADVISORY_LOCK_ID, migrate, migration_lock
from tests.servers import wait_until

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def waiting_for_lock() -> bool:
    """Whether some session waits for an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_second_node_waits_for_the_first() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no lock")
    second = threading.Thread(target=migrate, kwargs={"verbosity": 0})
    with migration_lock(connection):
        second.start()
        wait_until(waiting_for_lock, what="the second node waits", timeout_s=10)
    second.join(timeout=30)
    assert not second.is_alive()


@pytest.mark.django_db(transaction=True)
def test_lock_is_released_when_migrating_fails() -> None:
    with pytest.raises(RuntimeError), migration_lock(connection):
        raise RuntimeError("a migration failed")
    if connection.vendor == "postgresql":
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK_ID])
            assert cursor.fetchone() == (True,)
        other.close()
