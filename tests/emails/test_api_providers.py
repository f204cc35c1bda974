"""Postmark and Resend by their HTTP API: what goes out, and what each answer is taken for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from tests.emails.conftest import POSTMARK, POSTMARK_TOOK, RESEND
from tests.emails.http_provider import Provider
from tests.emails.sending import DAVE, INVITE, invite
from tests.ports import free_port

pytestmark = pytest.mark.django_db

INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive. "
    f"Found inactive addresses: {DAVE}. Inactive recipients are ones that have generated a "
    "hard bounce, a spam complaint, or a manual suppression."
)
POSTMARK_REFUSALS = [
    (401, {"ErrorCode": 10, "Message": "Request does not contain a valid Server token."}),
    (422, {"ErrorCode": 406, "Message": INACTIVE}),
    (422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{DAVE}'."}),
    (422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'mesh'."}),
    (422, {"ErrorCode": 412, "Message": "Your account is pending approval."}),
    (429, {"ErrorCode": 429, "Message": "Rate limit exceeded."}),
    (200, {"ErrorCode": 0, "Message": f"Message OK, but will not deliver to these inactive "
           f"addresses: {DAVE}. Inactive recipients are", "MessageID": "1", "To": DAVE}),
]  # fmt: skip
RESEND_REFUSALS = [
    (401, {"statusCode": 401, "name": "missing_api_key", "message": "Missing API Key"}),
    (403, {"statusCode": 403, "name": "validation_error", "message": "domain is not verified"}),
    (422, {"statusCode": 422, "name": "invalid_to_address", "message": "Invalid `to` field."}),
    (429, {"statusCode": 429, "name": "rate_limit_exceeded", "message": "Too many requests"}),
]
FAILURES: list[tuple[int, Any]] = [
    (500, {"Message": "internal trouble", "message": "internal trouble"}),
    (503, "<html>Bad gateway</html>"),
    (200, "<html>a captive portal</html>"),
    (200, ""),
    (200, "[]"),
    (200, "null"),
    (200, "{}"),
    (200, {"unexpected": True}),
]


def post_body(provider: Provider) -> Any:
    (request,) = provider.received
    return request.json


def test_what_postmark_gets(postmark: Provider) -> None:
    assert invite(mesh_name="Größe 日本") is True
    (request,) = postmark.received
    assert request.path == "/email"
    assert request.headers["X-Postmark-Server-Token"] == "pm-1"
    assert request.headers["Content-Type"] == "application/json"
    body = request.json
    assert (body["From"], body["To"]) == ("claudemesh@localhost", DAVE)
    assert body["Subject"] == "Alice invites you to Größe 日本 on Claudemesh"
    assert INVITE in body["TextBody"]
    assert INVITE in body["HtmlBody"]
    headers = {header["Name"]: header["Value"] for header in body["Headers"]}
    assert set(headers) == {"Auto-Submitted", "List-Unsubscribe"}


def test_postmark_is_told_to_track_nothing(postmark: Provider) -> None:
    """Tracking would send every secret link over the provider, and load a remote image."""
    invite()
    body = post_body(postmark)
    assert (body["TrackLinks"], body["TrackOpens"]) == ("None", False)


def test_what_resend_gets(resend: Provider) -> None:
    assert invite(mesh_name="Größe 日本") is True
    (request,) = resend.received
    assert request.path == "/emails"
    assert request.headers["Authorization"] == "Bearer re-1"
    assert request.headers["Content-Type"] == "application/json"
    body = request.json
    assert (body["from"], body["to"]) == ("claudemesh@localhost", [DAVE])
    assert body["subject"] == "Alice invites you to Größe 日本 on Claudemesh"
    assert INVITE in body["text"]
    assert INVITE in body["html"]
    assert set(body["headers"]) == {"Auto-Submitted", "List-Unsubscribe"}


def test_a_mail_that_is_only_delayed_counts_as_taken(postmark: Provider) -> None:
    delayed = "Message accepted, but delivery may be delayed."
    postmark.says(200, POSTMARK_TOOK | {"Message": delayed})
    assert invite() is True


@pytest.mark.parametrize(("status", "body"), POSTMARK_REFUSALS, ids=str)
def test_what_postmark_refuses(postmark: Provider, caplog, status: int, body: dict) -> None:
    postmark.says(status, body)
    assert invite() is False
    (record,) = caplog.records
    assert ": refused. " in record.getMessage()
    assert body["Message"].replace(DAVE, "d…@example.com")[:60] in record.getMessage()


@pytest.mark.parametrize(("status", "body"), RESEND_REFUSALS, ids=str)
def test_what_resend_refuses(resend: Provider, caplog, status: int, body: dict) -> None:
    resend.says(status, body)
    assert invite() is False
    (record,) = caplog.records
    assert ": refused. " in record.getMessage()
    assert body["message"] in record.getMessage()


@pytest.mark.parametrize(("status", "body"), FAILURES, ids=str)
@pytest.mark.parametrize("name", ["postmark", "resend"])
def test_an_answer_that_says_nothing_is_no_yes(
    request: pytest.FixtureRequest, caplog, name: str, status: int, body: Any
) -> None:
    provider: Provider = request.getfixturevalue(name)
    provider.says(status, body)
    assert invite() is False
    assert ": failed. " in caplog.records[-1].getMessage()


@pytest.fixture(params=[POSTMARK, RESEND], ids=["postmark", "resend"])
def point_at(request: pytest.FixtureRequest, settings: Settings) -> Callable[[int], None]:
    """Lets either provider's backend talk to a port."""

    def point(port: int) -> None:
        url = f"http://127.0.0.1:{port}/"
        settings.EMAIL_BACKEND = request.param
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "t", "RESEND_API_KEY": "t"}
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": url, "RESEND_API_URL": url}

    return point


def test_a_provider_that_is_not_there(point_at: Callable, caplog) -> None:
    point_at(free_port())
    assert invite() is False
    assert "refused" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("impatient")
def test_a_provider_that_never_answers(point_at: Callable, silent_port: int, caplog) -> None:
    point_at(silent_port)
    assert invite() is False
    assert "failed" in caplog.text


@pytest.mark.parametrize("backend", [POSTMARK, RESEND])
def test_a_provider_without_its_key(settings: Settings, caplog, backend: str) -> None:
    settings.EMAIL_BACKEND = backend
    settings.ANYMAIL = {}
    assert invite() is False
    assert "ANYMAIL" in caplog.text
