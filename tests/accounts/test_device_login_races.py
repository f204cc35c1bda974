"""Many at once: one token a login, one answer, one revocation, one warning."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from django.db import IntegrityError
from django.utils import timezone

from accounts import services
from accounts.models import CliSession, DeviceLogin, User
from accounts.services import device_login, device_polling
from accounts.services.device_polling import Polled
from accounts.services.expiry import warn_expiring
from accounts.signals import device_revoked
from tests.accounts.logins import Login, start
from tests.at_once import AT_ONCE, all_at_once
from tests.audit_reading import log_of

pytestmark = pytest.mark.django_db(transaction=True)


def polling(login: Login) -> Any:
    return partial(device_polling.poll, device_code=login.device_code, address="192.0.2.1")


def answering(answer: Any, login: Login, user: User) -> Any:
    return partial(answer, handle=login.session_id, user=user, address="192.0.2.1")


def statuses(results: list[Any]) -> Counter[str]:
    return Counter(each.status for each in results if isinstance(each, Polled))


def test_a_hundred_polls_pick_up_one_token(alice: User) -> None:
    login = start()
    answering(device_login.approve, login, alice)()
    results = all_at_once([polling(login)] * 100)
    assert statuses(results) == {"approved": 1, "consumed": 99}
    assert [each.token is not None for each in results].count(True) == 1
    assert CliSession.objects.count() == 1
    assert len(log_of(f"account:{alice.pk}")) == 1


def test_a_hundred_polls_while_nobody_has_answered() -> None:
    login = start()
    results = all_at_once([polling(login)] * 100)
    assert statuses(results) == {"pending": 100}
    assert DeviceLogin.objects.get().interval_s == 60


def test_yes_and_no_at_once_is_one_of_them(alice: User, mallory: User) -> None:
    for _ in range(5):
        login = start()
        yes = answering(device_login.approve, login, alice)
        no = answering(device_login.deny, login, mallory)
        results = all_at_once([yes, no] * 5)
        refused = [each for each in results if isinstance(each, MeshError)]
        assert len(refused) == 5
        assert polling(login)().status in ("approved", "denied")


def test_two_accounts_at_once_are_one(alice: User, mallory: User) -> None:
    for _ in range(5):
        login = start()
        calls = [answering(device_login.approve, login, user) for user in (alice, mallory)] * 5
        answers = zip(calls, all_at_once(calls), strict=True)
        won = {call.keywords["user"].pk for call, refusal in answers if refusal is None}
        assert len(won) == 1
        assert polling(login)().user.pk in won


def test_taking_back_and_picking_up_at_once(alice: User) -> None:
    for _ in range(5):
        login = start()
        answering(device_login.approve, login, alice)()
        before = CliSession.objects.count()
        deny = answering(device_login.deny, login, alice)
        results = all_at_once([deny, polling(login), deny, polling(login)])
        picked_up = statuses(results)["approved"]
        denied = results.count(None)
        assert CliSession.objects.count() - before == picked_up
        assert (picked_up, denied) in ((1, 0), (0, 2))


def test_deleting_the_account_and_picking_up_at_once() -> None:
    """Whichever comes first, no token is left without its account."""
    for number in range(5):
        user = User.objects.create_user(f"dave{number}@example.com")
        login = start(address=f"192.0.2.{number}")
        answering(device_login.approve, login, user)()
        polled, _ = all_at_once([polling(login), partial(delete, user)])
        assert isinstance(polled, Polled)
        assert polled.status in ("approved", "expired")
        assert not CliSession.objects.exclude(user__in=User.objects.all()).exists()


def delete(user: User) -> None:
    """Delete an account, unless a token was made for it just now."""
    with suppress(IntegrityError):
        user.delete()


def test_revoking_at_once_is_logged_once_and_never_missed_from_elsewhere(alice: User) -> None:
    """Each sign-out from elsewhere is heard, though a log-out was first; a log-out at most once."""
    heard: list[dict[str, Any]] = []

    def listen(**kwargs: Any) -> None:
        heard.append(kwargs)

    token, session = services.issue_token(user=alice)
    device_revoked.connect(listen)
    try:
        all_at_once(
            [
                partial(services.revoke_session, user=alice, session_id=session.pk),
                partial(services.revoke_others, user=alice, asking=None),
                partial(services.revoke_token, token=token),
            ]
            * 5
        )
    finally:
        device_revoked.disconnect(listen)
    by_itself = [each["by_itself"] for each in heard]
    assert by_itself.count(True) <= 1
    assert by_itself.count(False) >= 5
    assert [each.type for each in log_of(f"account:{alice.pk}")] == [
        "device_added",
        "device_revoked",
    ]


def test_many_devices_of_one_account_at_once(alice: User) -> None:
    adding = partial(services.issue_token, user=alice)
    others = partial(services.revoke_others, user=alice, asking=None)
    results = all_at_once([adding, others] * (AT_ONCE // 2))
    assert not any(isinstance(each, MeshError) for each in results)


def test_nodes_that_look_at_once_warn_once(alice: User) -> None:
    for _ in range(10):
        services.issue_token(user=alice)
    CliSession.objects.update(expires_at=timezone.now() + timedelta(days=1))
    results = all_at_once([partial(warn_expiring, limit=20)] * 10)
    assert sum(len(each) for each in results if isinstance(each, list)) == 10
