"""A real broker: `manage.py serve` in a process of its own, with its own database."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port, wait_until
from tests.postgres import new_database, session_postgres_url
from tests.secrets import TEST_SECRETS

REPOSITORY = Path(__file__).resolve().parent.parent
READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0


class Broker:
    """One broker on one port and one database; it can die and come back.

    `home` holds its SQLite file (unless DATABASE_URL says otherwise) and its log.
    """

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}/ws"
        self.log_path = home / "broker.log"
        inherited = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        self.environment = {
            **inherited,
            **TEST_SECRETS,
            "ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{home / 'broker.sqlite3'}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "APP_URL": self.url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "EMAIL_URL": f"filemail:///{home / 'mail'}",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the process that serves."""
        assert self.process is not None, "the broker was not started"
        return self.process.pid

    @property
    def log(self) -> str:
        """All that the broker wrote to stdout and stderr, over all its lives."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, ready_timeout_s: float = READY_TIMEOUT_S) -> None:
        """Launch, and return once it is ready."""
        self.launch()
        self.wait_until_ready(ready_timeout_s)

    def launch(self) -> None:
        """Start the process and return at once."""
        command = [sys.executable, str(REPOSITORY / "manage.py"), "serve"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, cwd=REPOSITORY
            )

    def wait_until_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Return once `/health/ready` is 200. Raises with the log if it dies or takes too long."""
        try:
            wait_until(self.is_ready, what="The broker is ready", timeout_s=timeout_s)
        except TimeoutError as error:
            self.kill9()
            raise TimeoutError(f"{error}\n{self.log}") from error

    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """Whether `/health/ready` answers 200. Raises if the process has ended."""
        if self.process is not None and not self.is_running():
            raise RuntimeError(f"the broker exited with {self.process.returncode}:\n{self.log}")
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill9(self) -> None:
        """End the process at once, as a crash would."""
        self._end(signal.SIGKILL)

    def terminate(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to stop; its exit code. Raises if it takes too long."""
        return self._end(with_signal)

    def restart(self) -> None:
        """Start again on the same port and database; ends the process first if it still runs."""
        self.kill9()
        self.start()

    def _end(self, with_signal: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(timeout=STOP_TIMEOUT_S)

    def manage(self, *arguments: str) -> str:
        """Run `manage.py <arguments>` in the broker's environment; its stdout."""
        command = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout


# What a broker process needs from the surroundings of the test run, and no more.
PASSED_ON = {"PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "COVERAGE_PROCESS_START"}


@contextlib.contextmanager
def broker(*, database_url: str | None = None, **environment: str) -> Iterator[Broker]:
    """A running broker with a fresh database; keyword arguments are environment variables.

    The database is SQLite, or PostgreSQL when the suite runs with TEST_DATABASE=postgres;
    `database_url` says it explicitly (for two brokers on one database).
    """
    if database_url is None and os.environ.get("TEST_DATABASE") == "postgres":
        database_url = new_database(session_postgres_url())
    if database_url is not None:
        environment["DATABASE_URL"] = database_url
    with tempfile.TemporaryDirectory(prefix="claudemesh-broker-") as home:
        running = Broker(Path(home), environment)
        try:
            running.start()
            yield running
        finally:
            running.kill9()
