"""A dangerous start is refused, and the refusal says how to fix it."""

import base64
import os
from typing import Any

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from claudemesh.checks import BROKER_TAG

SAFE = {
    "DEBUG": False,
    "SECRET_KEY": "s" * 64,
    "BROKER_ENCRYPTION_KEYS": [base64.urlsafe_b64encode(os.urandom(32)).decode()],
    "CLI_SYNC_SECRET": "c" * 64,
    "ALLOWED_HOSTS": ["broker.example.com"],
    "APP_URL": "https://broker.example.com",
    "BROKER_URL": "wss://broker.example.com/ws",
    "BEHIND_HTTPS": True,
    "COOKIE_SECURE": True,
    "HOST": "0.0.0.0",
    "METRICS_TOKEN": "m" * 40,
    "DEFAULT_FROM_EMAIL": "Claudemesh <mesh@example.com>",
}
DANGERS: list[tuple[str, dict[str, Any]]] = [
    ("E001", {"SECRET_KEY": "short"}),
    ("E001", {"SECRET_KEY": "insecure-key-that-serve-refuses"}),
    ("E002", {"BROKER_ENCRYPTION_KEYS": []}),
    ("E003", {"BROKER_ENCRYPTION_KEYS": ["not a key"]}),
    ("E003", {"BROKER_ENCRYPTION_KEYS": ["ключ"]}),
    ("E003", {"BROKER_ENCRYPTION_KEYS": [base64.urlsafe_b64encode(b"short").decode()]}),
    ("E004", {"CLI_SYNC_SECRET": ""}),
    ("E005", {"CLI_SYNC_SECRET": "s" * 64}),
    ("E006", {"DEBUG": True}),
    ("E007", {"ALLOWED_HOSTS": []}),
    ("E008", {"ALLOWED_HOSTS": ["other.example.com"]}),
    ("E009", {"COOKIE_SECURE": False}),
    ("W001", {"METRICS_TOKEN": ""}),
    ("W002", {"BROKER_LEGACY_AUTH": True}),
    ("W003", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ("W003", {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}),
    ("W004", {"DEFAULT_FROM_EMAIL": "claudemesh@localhost"}),
    ("W004", {"DEFAULT_FROM_EMAIL": "Claudemesh <mesh@127.0.0.1>"}),
    ("E010", {"APP_URL": "ftp://broker.example.com"}),
    ("E011", {"BROKER_URL": "https://broker.example.com/ws"}),
    ("E012", {"BROKER_URL": "ws://broker.example.com/ws"}),
    ("E013", {"MAX_MESSAGE_BYTES": 0}),
    ("E015", {"OUTBOUND_MAX_BYTES": 1_048_576, "SEND_WINDOW_BYTES": 1_048_576}),
    ("E014", {"NODE_LEASE_S": 1, "NODE_HEARTBEAT_S": 3}),
]


def found_with(settings: Settings, **changes: Any) -> list[checks.CheckMessage]:
    """The messages for a safe production start with `changes`."""
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    return checks.run_checks(tags=[BROKER_TAG], include_deployment_checks=True)


def test_safe_production_start_is_accepted(settings: Settings) -> None:
    assert found_with(settings) == []


def test_keys_may_be_hex(settings: Settings) -> None:
    assert found_with(settings, BROKER_ENCRYPTION_KEYS=["0f" * 32]) == []


@pytest.mark.parametrize(("check_id", "changes"), DANGERS)
def test_danger_is_refused_with_a_fix(
    settings: Settings, check_id: str, changes: dict[str, Any]
) -> None:
    messages = found_with(settings, **changes)
    assert [message.id for message in messages] == [f"claudemesh.{check_id}"]
    assert all(message.hint for message in messages)


def test_debug_and_printed_mail_are_fine_on_localhost(settings: Settings) -> None:
    local = {
        "DEBUG": True,
        "HOST": "127.0.0.1",
        "ALLOWED_HOSTS": ["localhost"],
        "APP_URL": "http://localhost:7900",
        "BROKER_URL": "ws://localhost:7900/ws",
        "BEHIND_HTTPS": False,
        "COOKIE_SECURE": False,
        "METRICS_TOKEN": "",
        "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
        "DEFAULT_FROM_EMAIL": "claudemesh@localhost",
    }
    assert found_with(settings, **local) == []


def test_serve_refuses_and_names_the_setting(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECRET_KEY = "short"
    with pytest.raises(CommandError, match="does not start"):
        call_command("serve")
    assert "SECRET_KEY" in capsys.readouterr().err
