"""The provider's answer is in the log, and no link or code is, even if the provider repeats it."""

from __future__ import annotations

import html
import json
import logging
import quopri
from collections.abc import Callable
from urllib.parse import quote

import pytest
from pytest_django.fixtures import Settings

from emails import delivery
from emails.answers import ANSWER_CHARS
from emails.links import unsubscribe_url
from tests.emails.http_provider import Provider, Received
from tests.emails.sending import CODE, DAVE, RESET, RESET_KEY, SECRETS, SENDERS, invite

pytestmark = pytest.mark.django_db


def text_and_html(request: Received) -> str:
    body = request.json
    return str(body["TextBody"]) + str(body["HtmlBody"])


ECHOES: dict[str, Callable[[Received], str]] = {
    "as it came": lambda request: request.body,
    "its text": text_and_html,
    "escaped for HTML": lambda request: html.escape(text_and_html(request)),
    "escaped for JSON": lambda request: json.dumps(text_and_html(request)).replace("/", "\\/"),
    "as a form": lambda request: quote(text_and_html(request)),
    "quoted-printable": lambda request: quopri.encodestring(
        text_and_html(request).encode()
    ).decode(),
}

WITH_SECRETS = ["invitation", "verification_code", "password_reset", "expiry_warning"]


def unsubscribe_token() -> str:
    return unsubscribe_url(DAVE).rpartition("/")[2]


@pytest.mark.parametrize("template", WITH_SECRETS)
@pytest.mark.parametrize("status", [200, 422, 500])
@pytest.mark.parametrize("echo", ECHOES)
def test_a_provider_that_repeats_the_mail(
    postmark: Provider, monkeypatch, caplog, echo: str, status: int, template: str
) -> None:
    monkeypatch.setattr("emails.answers.ANSWER_CHARS", 1_000_000)
    caplog.set_level(logging.DEBUG)
    postmark.answer = lambda request: (status, ECHOES[echo](request))
    assert SENDERS[template]() is False
    assert not any(secret in caplog.text for secret in (*SECRETS, unsubscribe_token(), DAVE))
    if status == 500:
        assert "[secret]" in caplog.text


@pytest.mark.parametrize("template", SENDERS)
def test_a_mail_that_is_taken(postmark: Provider, caplog, template: str) -> None:
    caplog.set_level(logging.DEBUG)
    assert SENDERS[template]() is True
    assert f"Mail {template} to d…@example.com: taken. HTTP 200" in caplog.text
    assert not any(secret in caplog.text for secret in (*SECRETS, unsubscribe_token(), DAVE))


def test_an_error_that_nobody_foresaw(monkeypatch, caplog) -> None:
    """Its traceback is logged, for it is a bug; a message that holds the link is cleaned."""

    def broken(mail: object) -> None:
        raise RuntimeError(f"cannot render {RESET} for {DAVE}")

    monkeypatch.setattr(delivery, "compose", broken)
    assert SENDERS["password_reset"]() is False
    assert "Traceback" in caplog.text
    assert "cannot render [secret] for d…@example.com" in caplog.text
    assert RESET_KEY not in caplog.text


def test_an_answer_is_one_bounded_line(postmark: Provider, caplog) -> None:
    postmark.says(500, "line\r\n2026-01-01 INFO forged: entry\n" + "x" * 100_000)
    assert invite() is False
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < ANSWER_CHARS + 100


def test_a_key_of_the_provider_is_not_logged(
    postmark: Provider, settings: Settings, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "very-secret-token"}
    postmark.says(401, {"ErrorCode": 10, "Message": "Bad token."})
    assert invite() is False
    assert "very-secret-token" not in caplog.text


def test_a_code_in_the_subject_is_not_logged(postmark: Provider, caplog) -> None:
    postmark.answer = lambda request: (500, request.json["Subject"])
    assert SENDERS["verification_code"]() is False
    assert CODE not in caplog.text
