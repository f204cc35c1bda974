"""A new device is told of by mail, after the commit, and nobody waits for the mail."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from rest_framework.test import APIClient

from accounts import notices, services
from accounts.models import User
from emails import services as emails
from tests.accounts.logins import approve, poll, start

pytestmark = pytest.mark.django_db(transaction=True)


def sent() -> list[Any]:
    """The mails so far, once every sender is idle."""
    all_here = threading.Barrier(notices.AT_ONCE)
    idle = [notices._senders.submit(all_here.wait, 10) for _ in range(notices.AT_ONCE)]
    for each in idle:
        each.result(timeout=10)
    return mail.outbox


def test_a_device_login_is_told_of(alice: User, browser: APIClient) -> None:
    login = start(hostname="laptop")
    approve(browser, login.session_id)
    poll(login)
    (message,) = sent()
    assert message.to == [alice.email]
    assert "laptop" in message.subject
    assert "127.0.0.1" in message.body
    assert "http://localhost:7900/dashboard/devices" in message.body


def test_so_is_a_token_to_paste(alice: User, browser: APIClient) -> None:
    browser.post("/cli/token", {"hostname": "server"}, format="json")
    (message,) = sent()
    assert "server" in message.subject


def test_what_the_operator_makes_is_not(alice: User) -> None:
    services.issue_token(user=alice)
    assert sent() == []


def test_approving_alone_is_not(browser: APIClient) -> None:
    approve(browser, start().session_id)
    assert sent() == []


def test_nothing_is_told_of_what_was_not_committed(alice: User) -> None:
    with transaction.atomic():
        services.add_device(user=alice, token_type="cli-token", address=None)
        transaction.set_rollback(True)
    assert sent() == []


def test_the_token_does_not_wait_for_the_mail(
    browser: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    waited: list[bool] = []

    def slow(**kwargs: Any) -> bool:
        waited.append(answered.wait(timeout=10))
        return True

    monkeypatch.setattr(emails, "send_new_device", slow)
    login = start()
    approve(browser, login.session_id)
    assert poll(login)["status"] == "approved"
    answered.set()
    sent()
    assert waited == [True]
