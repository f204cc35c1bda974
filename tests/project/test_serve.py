"""`manage.py serve`, as a real process: it starts only when it can, and stops in good order."""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import connection
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests import servers
from tests.broker_process import REPOSITORY, Broker

pytestmark = pytest.mark.live
STOP_LIMIT_S = 10


@pytest.fixture
def stopped_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that has an environment and was not started."""
    broker = Broker(tmp_path, {})
    yield broker
    broker.kill9()


def serve(broker: Broker) -> subprocess.CompletedProcess[str]:
    """Run `serve` where it is expected to refuse; its exit code and output."""
    command = [sys.executable, str(REPOSITORY / "manage.py"), "serve"]
    return subprocess.run(
        command, env=broker.environment, capture_output=True, text=True, timeout=30, check=False
    )


def status_of(url: str) -> int:
    """The HTTP status of a GET; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return 0


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_with_exit_code_0(stop_signal: signal.Signals) -> None:
    with servers.broker() as broker:
        began = time.monotonic()
        assert broker.terminate(stop_signal) == 0, broker.log
        assert time.monotonic() - began < STOP_LIMIT_S


def test_restart_serves_the_same_database() -> None:
    with servers.broker() as broker:
        token = broker.manage("issue_token", "alice@example.com", "--create", "-q").strip()
        broker.kill9()
        broker.restart()
        request = urllib.request.Request(
            f"{broker.url}/api/my/profile", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            assert b"alice@example.com" in response.read()


def test_failed_migration_refuses_to_serve(stopped_broker: Broker) -> None:
    stopped_broker.environment["DATABASE_URL"] = "sqlite:////no/such/directory/db.sqlite3"
    done = serve(stopped_broker)
    assert done.returncode == 1
    assert "could not be migrated" in done.stderr


FORGET_A_MIGRATION = """
from django.db import connection
connection.cursor().execute("DELETE FROM django_migrations WHERE app = 'presence'")
"""


def test_break_glass_serves_what_cannot_be_migrated() -> None:
    with servers.broker() as broker:
        broker.terminate()
        broker.manage("shell", "-c", FORGET_A_MIGRATION)  # its tables are there already
        assert serve(broker).returncode == 1
        broker.environment["BROKER_SKIP_MIGRATE"] = "1"
        broker.launch()
        servers.wait_until(
            lambda: status_of(f"{broker.url}/health") == 200, what="health", timeout_s=30
        )
        assert status_of(f"{broker.url}/health/ready") == 503
        assert "starting without migrating" in broker.log


def test_taken_port_is_named(stopped_broker: Broker) -> None:
    with servers.broker() as other:
        stopped_broker.environment["PORT"] = str(other.port)
        done = serve(stopped_broker)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{other.port}" in done.stderr


def test_dangerous_start_is_refused_with_the_fix(stopped_broker: Broker) -> None:
    stopped_broker.environment.update(DEBUG="1", APP_URL="https://broker.example.com")
    done = serve(stopped_broker)
    assert done.returncode == 1
    assert "Set DEBUG=0" in done.stderr


def test_other_websocket_paths_are_refused() -> None:
    with servers.broker() as broker, pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{broker.port}/other")


def test_redis_carries_doorbells_and_its_loss_is_reported() -> None:
    with servers.redis_server() as url:
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        with servers.broker(REDIS_URL=url) as broker:
            with redis.Redis.from_url(url) as client:
                client.shutdown(nosave=True)
            assert status_of(f"{broker.url}/health/ready") == 503
            assert status_of(f"{broker.url}/health") == 200
            with servers.redis_server(port):
                servers.wait_until(broker.is_ready, what="ready again", timeout_s=10)


def test_no_secret_reaches_the_log() -> None:
    with servers.broker(LOG_LEVEL="DEBUG") as broker:
        token = broker.manage("issue_token", "alice@example.com", "--create", "-q").strip()
        status_of(f"{broker.url}/api/my/profile?token={token[:8]}")
        broker.terminate()
        secrets = ("SECRET_KEY", "CLI_SYNC_SECRET", "BROKER_ENCRYPTION_KEY")
        assert [name for name in secrets if broker.environment[name] in broker.log] == []
        assert token not in broker.log


def test_two_nodes_start_at_once_on_one_database() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serves one node")
    url = servers.new_database(servers.session_postgres_url())
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        nodes = [Broker(Path(home), {"DATABASE_URL": url}) for home in (one, two)]
        try:
            for node in nodes:
                node.launch()
            for node in nodes:
                node.wait_until_ready()
        finally:
            for node in nodes:
                node.kill9()
