"""Servers that mails go to: Postmark and Resend as far as a sender sees them, and SMTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.emails.http_provider import Provider, running
from tests.emails.sending import DAVE

POSTMARK = "anymail.backends.postmark.EmailBackend"
RESEND = "anymail.backends.resend.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
POSTMARK_TOOK = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a1b", "To": DAVE}
RESEND_TOOK = {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}


@pytest.fixture
def postmark(settings: Settings) -> Iterator[Provider]:
    with running(Provider(lambda request: (200, POSTMARK_TOOK))) as provider:
        settings.EMAIL_BACKEND = POSTMARK
        settings.ANYMAIL = settings.ANYMAIL | {
            "POSTMARK_SERVER_TOKEN": "pm-1",
            "POSTMARK_API_URL": provider.url,
        }
        yield provider


@pytest.fixture
def resend(settings: Settings) -> Iterator[Provider]:
    with running(Provider(lambda request: (200, RESEND_TOOK))) as provider:
        settings.EMAIL_BACKEND = RESEND
        settings.ANYMAIL = settings.ANYMAIL | {
            "RESEND_API_KEY": "re-1",
            "RESEND_API_URL": provider.url,
        }
        yield provider


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def impatient(settings: Settings) -> None:
    """Waits for a third of a second instead of ten."""
    settings.EMAIL_TIMEOUT = 0.3
    settings.ANYMAIL = settings.ANYMAIL | {"REQUESTS_TIMEOUT": 0.3}
