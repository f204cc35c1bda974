"""Who polls too fast is slowed down (RFC 8628, section 3.5), and costs little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import DeviceLogin
from tests.accounts.logins import approve, poll, start

pytestmark = pytest.mark.django_db


def wait(seconds: float) -> None:
    """Let time pass since the last poll."""
    DeviceLogin.objects.update(last_polled_at=timezone.now() - timedelta(seconds=seconds))


def test_polling_too_fast_makes_the_interval_longer_for_good() -> None:
    login = start()
    assert poll(login) == {"status": "pending", "interval": 5}
    assert poll(login) == {"status": "pending", "interval": 10, "slow_down": True}
    wait(6)
    assert poll(login) == {"status": "pending", "interval": 15, "slow_down": True}
    wait(15)
    assert poll(login) == {"status": "pending", "interval": 15}


def test_polling_at_the_interval_is_fine() -> None:
    login = start()
    for _ in range(3):
        assert poll(login) == {"status": "pending", "interval": 5}
        wait(5)


def test_a_hundred_polls_stay_bounded_and_stop_writing() -> None:
    login = start()
    answers = [poll(login) for _ in range(100)]
    assert answers[-1] == {"status": "pending", "interval": 60, "slow_down": True}
    before = DeviceLogin.objects.values().get()
    poll(login)
    assert DeviceLogin.objects.values().get() == before


def test_who_is_slowed_down_gets_its_token_all_the_same(browser: APIClient) -> None:
    login = start()
    for _ in range(3):
        poll(login)
    approve(browser, login.session_id)
    assert poll(login)["status"] == "approved"


def test_a_flood_of_made_up_codes_takes_no_write_lock(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        APIClient().get("/cli/device-code/made-up")
