"""A device is signed in by its person in a browser: the story, and each way in which it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import selectors
from accounts.models import CliSession, DeviceLogin, User
from tests.accounts.logins import Login, approve, deny, poll, start

pytestmark = pytest.mark.django_db


def test_a_device_gets_its_token_once_its_person_has_approved(
    alice: User, browser: APIClient
) -> None:
    login = start(hostname="laptop", platform="linux", arch="arm64")
    assert poll(login) == {"status": "pending", "interval": 5}
    assert approve(browser, login.session_id) == (200, {"ok": True})
    answer = poll(login)
    assert set(answer) == {"status", "session_token", "user"}
    assert answer["user"] == {
        "id": alice.pk,
        "display_name": "Alice",
        "email": "alice@example.com",
    }
    session = selectors.session_of_token(answer["session_token"])
    assert session is not None
    assert (session.hostname, session.platform, session.arch) == ("laptop", "linux", "arm64")
    assert poll(login) == {"status": "consumed"}
