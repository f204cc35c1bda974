"""`True` means that the provider took the mail: tried on a real SMTP server and a fake provider."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from emails.services import send_invitation
from tests.ports import free_port


def send() -> bool:
    return send_invitation(
        to="dave@example.com",
        mesh_name="Acme",
        inviter_name="Alice",
        url="http://localhost:7900/i/AbCdEf23",
        expires_at=datetime(2030, 1, 2, tzinfo=UTC),
    )


class Mailbox:
    """An SMTP server's handler that answers RCPT as told and keeps what it takes."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer = answer
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def smtp(settings) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield mailbox
    controller.stop()


def test_an_smtp_server_that_takes_it(smtp: Mailbox) -> None:
    assert send() is True
    assert b"Subject: Alice invites you to Acme" in smtp.taken[0]


def test_an_smtp_server_that_refuses_the_recipient(smtp: Mailbox, caplog) -> None:
    smtp.answer = "550 no such user"
    assert send() is False
    assert "no such user" in caplog.text


def test_no_smtp_server_at_all(settings, caplog) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert send() is False
    assert "could not be sent" in caplog.text


@pytest.fixture
def provider(settings) -> Iterator[Any]:
    """An endpoint that speaks Postmark's API; its `reply` is (HTTP status, JSON)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = self.server.reply  # type: ignore[attr-defined]
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "test",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        "REQUESTS_TIMEOUT": 10,
    }
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_provider_that_takes_it(provider: Any) -> None:
    reply = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "dave@example.com"}
    provider.reply = (200, reply)
    assert send() is True


def test_a_provider_that_refuses_the_recipient(provider: Any) -> None:
    message = "You tried to send to recipients that have been marked as inactive. "
    message += "Found inactive addresses: dave@example.com."
    provider.reply = (422, {"ErrorCode": 406, "Message": message})
    assert send() is False


def test_a_provider_that_fails(provider: Any, caplog) -> None:
    provider.reply = (500, {"ErrorCode": 500, "Message": "internal trouble"})
    assert send() is False
    assert "internal trouble" in caplog.text
