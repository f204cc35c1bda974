"""A broker or its floor in a process of its own, pinned to the broker's core. Makes no load."""

import base64
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring.pinning import BROKER_CORE, on_core

REPOSITORY = Path(__file__).resolve().parents[2]
READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
PLENTY = "1000000000"

# The limits a load must pass; everything else of the broker stays as it is deployed.
RAISED_LIMITS = dict.fromkeys(
    (
        "SENDS_PER_MINUTE",
        "SEND_BURST",
        "REQUESTS_PER_MINUTE",
        "REQUEST_BURST",
        "HELLOS_PER_MINUTE",
        "HELLO_BURST",
        "MAX_SESSIONS_PER_MESH",
    ),
    PLENTY,
)


@dataclass(frozen=True)
class Target:
    """What load is made on: its address, and the processes whose time is watched, by role."""

    url: str
    processes: dict[str, list[int]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def serving(module: str, environment: dict[str, str]) -> Iterator[Target]:
    """`python -m module` on a free port, once /health/ready answers (or the port, for a floor)."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="claudemesh-bench-") as home:
        full = {**_settings(Path(home), port), **environment}
        log_path = Path(home, "log")
        with log_path.open("wb") as log, on_core(BROKER_CORE):
            process = subprocess.Popen(
                [sys.executable, "-m", module], env=full, cwd=REPOSITORY, stdout=log, stderr=log
            )
        try:
            _wait_until_ready(process, port, log_path)
            yield Target(f"ws://127.0.0.1:{port}/ws", {"broker": [process.pid]}, full)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def seeded_members(target: Target, *, meshes: int, members: int, into: Path) -> None:
    """Credentials of new members of that broker, written to a file."""
    command = [sys.executable, "-m", "benchmarks.broker.seeding"]
    command += ["--meshes", str(meshes), "--members", str(members)]
    with into.open("wb") as output:
        subprocess.run(command, env=target.environment, cwd=REPOSITORY, stdout=output, check=True)


def free_port() -> int:
    """A TCP port on loopback that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(home: Path, port: int) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        **inherited,
        **RAISED_LIMITS,
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "CLI_SYNC_SECRET": secrets.token_urlsafe(48),
        "BROKER_ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"sqlite:///{home / 'broker.sqlite3'}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "APP_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "EMAIL_URL": f"filemail:///{home / 'mail'}",
        "LOG_LEVEL": "WARNING",
    }


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"What is to be measured did not start:\n{log_path.read_text()}")
