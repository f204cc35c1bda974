"""Devices that come and go, in the audit log of their account."""

import pytest

from accounts import services
from accounts.models import User
from audit.verifying import verify
from tests.audit_reading import Written, last_of, log_of

pytestmark = pytest.mark.django_db


def test_a_new_device(alice: User) -> None:
    _, session = services.issue_token(user=alice, hostname="laptop")
    account = f"account:{alice.pk}"
    payload = {"device": session.pk, "hostname": "laptop"}
    assert log_of(account) == [Written("device_added", account, payload)]


def test_a_device_is_revoked_once(alice: User) -> None:
    _, session = services.issue_token(user=alice, hostname="laptop")
    for _ in range(2):
        services.revoke_session(user=alice, session_id=session.pk)
    account = f"account:{alice.pk}"
    payload = {"device": session.pk, "hostname": "laptop"}
    assert log_of(account)[1:] == [Written("device_revoked", account, payload)]


def test_a_token_that_ends_itself(alice: User) -> None:
    token, session = services.issue_token(user=alice)
    assert services.revoke_token(token=token)
    assert not services.revoke_token(token=token)
    written = last_of(f"account:{alice.pk}")
    assert (written.type, written.payload["device"]) == ("device_revoked", session.pk)
    assert verify(f"account:{alice.pk}").entries == 2


def test_the_token_itself_is_not_in_the_log(alice: User) -> None:
    token, session = services.issue_token(user=alice)
    text = str(log_of(f"account:{alice.pk}"))
    assert not any(secret in text for secret in (token, session.token_hash, session.jti))
