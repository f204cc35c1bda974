"""SMTP against a real server: what arrives, encryption and password, refusals, silence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from pytest_django.fixtures import Settings

from tests.emails.certificates import make_certificate
from tests.emails.conftest import SMTP
from tests.emails.sending import DAVE, INVITE, SENDERS, invite
from tests.ports import free_port

pytestmark = pytest.mark.django_db


class Mailbox:
    """An SMTP server's handler that answers as told and keeps what it takes."""

    def __init__(self) -> None:
        self.rcpt_answer = "250 OK"
        self.data_answer = "250 OK"
        self.recipients: list[str] = []
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answer.startswith("250"):
            self.taken.append(envelope.content)
        return self.data_answer

    def message(self) -> EmailMessage:
        """The one that was taken."""
        (content,) = self.taken
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


def serve(mailbox: Mailbox, settings: Settings, **options: Any) -> Controller:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    return controller


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = serve(mailbox, settings)
    yield mailbox
    controller.stop()


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("template", SENDERS)
def test_every_mail_arrives_in_two_forms(smtp: Mailbox, template: str) -> None:
    assert SENDERS[template]() is True
    message = smtp.message()
    assert message.get_content_type() == "multipart/alternative"
    assert message["To"] == DAVE
    assert smtp.recipients == [DAVE]
    assert text_of(message, "plain").strip()
    assert "<h1" in text_of(message, "html")


def test_names_of_every_script_arrive(smtp: Mailbox) -> None:
    assert invite(mesh_name="Größe 日本 🚀", inviter_name="Ælfrēd") is True
    message = smtp.message()
    assert message["Subject"].strip() == "Ælfrēd invites you to Größe 日本 🚀 on Claudemesh"
    for kind in ("plain", "html"):
        assert "Größe 日本 🚀" in text_of(message, kind)
        assert INVITE in text_of(message, kind)


def test_the_unsubscribe_header_is_one_line_that_programs_can_read(smtp: Mailbox) -> None:
    invite()
    header = str(smtp.message()["List-Unsubscribe"]).strip()
    assert header.startswith("<http://localhost:7900/unsubscribe/")
    assert header.endswith(">")
    assert header[1:-1] in text_of(smtp.message(), "plain")


def test_a_refused_recipient(smtp: Mailbox, caplog) -> None:
    smtp.rcpt_answer = "550 no such user dave@example.com"
    assert invite() is False
    assert "refused. 550 no such user d…@example.com" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("answer", ["554 looks like spam", "451 try again later"])
def test_a_refused_message(smtp: Mailbox, caplog, answer: str) -> None:
    smtp.data_answer = answer
    assert invite() is False
    assert f"refused. {answer}" in caplog.text


def test_no_server_at_all(settings: Settings, caplog) -> None:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert invite() is False
    assert "failed. ConnectionRefusedError" in caplog.text


@pytest.mark.usefixtures("impatient")
def test_a_server_that_never_answers(settings: Settings, silent_port: int, caplog) -> None:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent_port
    assert invite() is False
    assert "failed" in caplog.text


@pytest.mark.usefixtures("impatient")
def test_a_server_that_answers_a_letter_at_a_time(settings: Settings, caplog) -> None:
    """Each letter comes within the socket's timeout; the mail as a whole has a deadline."""
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not stop.wait(0.1):
                connection.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.getsockname()[1]
        thread = threading.Thread(target=drip, args=[server], daemon=True)
        thread.start()
        try:
            assert invite() is False
        finally:
            stop.set()
            thread.join()
    assert "failed. no answer in time" in caplog.text


@pytest.fixture
def locked(settings: Settings, tmp_path: Path) -> Iterator[Mailbox]:
    """A server that wants STARTTLS and a password; its certificate is its own."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        good = login == LoginPassword(b"mesh", b"correct horse")
        return AuthResult(success=good, handled=False)

    mailbox = Mailbox()
    controller = serve(
        mailbox,
        settings,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST = "localhost"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mesh", "correct horse"
    yield mailbox
    controller.stop()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))


@pytest.mark.usefixtures("trusted")
def test_a_server_with_encryption_and_password(locked: Mailbox) -> None:
    assert invite() is True
    assert locked.message()["To"] == DAVE


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_not_logged(locked: Mailbox, settings: Settings, caplog) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong horse"
    assert invite() is False
    assert locked.taken == []
    assert "refused. 535" in caplog.text
    assert "wrong horse" not in caplog.text


def test_a_certificate_nobody_vouches_for_gets_no_password(locked: Mailbox, caplog) -> None:
    assert invite() is False
    assert locked.taken == []
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text


@pytest.mark.usefixtures("trusted")
def test_a_server_that_offers_no_encryption_gets_nothing(
    smtp: Mailbox, settings: Settings, caplog
) -> None:
    settings.EMAIL_USE_TLS = True
    assert invite() is False
    assert smtp.taken == []
    assert "STARTTLS" in caplog.text
