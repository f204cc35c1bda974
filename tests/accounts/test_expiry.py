"""A person is warned, once, before a device is signed out by age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import services
from accounts.models import CliSession, User
from accounts.services.expiry import send_warning, warn_expiring
from emails.addresses import hash_of
from emails.services import unsubscribe

pytestmark = pytest.mark.django_db


def device(user: User, *, expires_in: timedelta, hostname: str = "laptop") -> CliSession:
    _, session = services.issue_token(user=user, hostname=hostname)
    session.expires_at = timezone.now() + expires_in
    session.save()
    return session


def test_a_device_in_its_last_three_days_is_warned_of_once(alice: User) -> None:
    session = device(alice, expires_in=timedelta(days=2, hours=23))
    (warning,) = warn_expiring(limit=10)
    assert warning.to == alice.email
    assert (warning.device, warning.expires_at) == ("laptop", session.expires_at)
    assert warn_expiring(limit=10) == []


def test_the_mail_names_the_device_and_where_to_look(alice: User) -> None:
    device(alice, expires_in=timedelta(days=1))
    (warning,) = warn_expiring(limit=10)
    assert send_warning(warning)
    (message,) = mail.outbox
    assert message.to == [alice.email]
    assert "laptop" in message.subject
    assert "http://localhost:7900/dashboard/devices" in message.body


def test_whoever_wants_no_such_mail_gets_none(alice: User) -> None:
    unsubscribe(address_hash=hash_of(alice.email))
    device(alice, expires_in=timedelta(days=1))
    (warning,) = warn_expiring(limit=10)
    assert not send_warning(warning)
    assert mail.outbox == []


@pytest.mark.parametrize("expires_in", [timedelta(days=3, hours=1), -timedelta(seconds=1)])
def test_not_too_early_and_not_too_late(alice: User, expires_in: timedelta) -> None:
    device(alice, expires_in=expires_in)
    assert warn_expiring(limit=10) == []


def test_devices_that_are_out_and_people_who_are_gone_are_left_alone(
    alice: User, mallory: User
) -> None:
    out = device(alice, expires_in=timedelta(days=1))
    services.revoke_session(user=alice, session_id=out.pk)
    device(mallory, expires_in=timedelta(days=1))
    mallory.is_active = False
    mallory.save()
    assert warn_expiring(limit=10) == []


def test_some_at_a_time_the_most_urgent_first(alice: User) -> None:
    for days in (2, 1):
        device(alice, expires_in=timedelta(days=days), hostname=f"{days}")
    assert [warning.device for warning in warn_expiring(limit=1)] == ["1"]
    assert [warning.device for warning in warn_expiring(limit=1)] == ["2"]
