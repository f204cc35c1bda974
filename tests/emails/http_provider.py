"""An HTTP endpoint on loopback that answers as a mail provider would, and keeps what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


@dataclass
class Received:
    """One request to the provider."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """Answers by `answer`, which gets the request; a body that is no text goes out as JSON."""

    answer: Callable[[Received], Answer]
    received: list[Received] = field(default_factory=list)
    url: str = ""

    def says(self, status: int, body: Any) -> None:
        self.answer = lambda request: (status, body)


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serves until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            request = Received(self.path, dict(self.headers), text)
            provider.received.append(request)
            status, body = provider.answer(request)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()
