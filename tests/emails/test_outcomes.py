"""What counts as taken by each backend, how it is counted, and the command that tries it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from emails import addresses, services
from tests.emails.conftest import SMTP
from tests.emails.http_provider import Provider
from tests.emails.sending import DAVE, SENDERS, invite
from tests.ports import free_port

pytestmark = pytest.mark.django_db


def counted(result: str, template: str = "invitation") -> float:
    labels = {"template": template, "result": result}
    return REGISTRY.get_sample_value("broker_mails_total", labels) or 0


@pytest.mark.parametrize("name", ["console", "dummy"])
def test_a_mail_that_goes_nowhere_is_not_taken(settings: Settings, caplog, name: str) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{name}.EmailBackend"
    before = counted("nowhere")
    assert invite() is False
    assert "EMAIL_URL" in caplog.text
    assert counted("nowhere") == before + 1


def test_the_console_shows_the_mail(settings: Settings, capfd) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    SENDERS["verification_code"]()
    assert "73KQ9F" in capfd.readouterr().out


def test_a_directory_takes_mail(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert invite() is True
    (file,) = tmp_path.iterdir()
    assert f"To: {DAVE}" in file.read_text()


def test_outcomes_are_counted(postmark: Provider) -> None:
    results = ["taken", "refused", "failed", "unsubscribed"]
    before = {result: counted(result) for result in results}
    ones = dict.fromkeys(results, 1)
    invite()
    postmark.says(422, {"ErrorCode": 412, "Message": "pending approval"})
    invite()
    postmark.says(500, "")
    invite()
    services.unsubscribe(address_hash=addresses.hash_of(DAVE))
    invite()
    assert {result: counted(result) - before[result] for result in results} == ones
    assert len(postmark.received) == 3


def try_mail(address: str = DAVE) -> str:
    out = StringIO()
    call_command("send_test_mail", address, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_the_provider_answered(postmark: Provider) -> None:
    said = try_mail()
    assert "by anymail.backends.postmark" in said
    assert "The provider took it: HTTP 200" in said
    assert "0a1b" in said


def test_the_command_fails_with_the_providers_words(postmark: Provider) -> None:
    postmark.says(401, {"ErrorCode": 10, "Message": "Request does not contain a valid token."})
    with pytest.raises(CommandError, match=r"Not sent \(refused\): .*a valid token") as caught:
        try_mail()
    assert caught.value.returncode == 1


def test_the_command_fails_when_nobody_listens(settings: Settings) -> None:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(CommandError, match=r"Not sent \(failed\): ConnectionRefusedError"):
        try_mail()


def test_the_command_does_not_call_a_printed_mail_sent(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(CommandError, match=r"nowhere.*EMAIL_URL"):
        try_mail()


def test_the_command_refuses_what_is_no_address() -> None:
    with pytest.raises(CommandError, match="valid email address"):
        try_mail("dave")
