"""Five wrong user codes from an account or an address, and no code is taken for ten minutes."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisDown
from rest_framework.test import APIClient

from accounts import guesses
from accounts.models import DeviceLogin, User
from accounts.services import device_login
from tests.accounts.logins import approve, deny, poll, start
from tests.at_once import all_at_once

WRONG = ["BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", "FFFF-FFFF", "GGGG-GGGG"]


def guess(client: APIClient, code: str, address: str, answer: str = "approve") -> Any:
    return client.post(f"/cli/device-code/{code}/{answer}", REMOTE_ADDR=address)


@pytest.mark.django_db
def test_five_wrong_codes_lock_the_account_wherever_it_goes(mallorys_browser: APIClient) -> None:
    login = start()
    for number, code in enumerate(WRONG):
        assert guess(mallorys_browser, code, f"192.0.2.{number}").status_code == 404
    response = guess(mallorys_browser, login.user_code, "192.0.2.99")
    assert (response.status_code, response.json()["error"]) == (429, "rate_limit")
    assert 590 < int(response.headers["Retry-After"]) <= 600
    assert 590_000 < response.json()["retryAfterMs"] <= 600_000
    assert guess(mallorys_browser, login.user_code, "192.0.2.99", "deny").status_code == 429
    assert DeviceLogin.objects.get().state == "pending"


@pytest.mark.django_db
def test_five_wrong_codes_lock_the_address_whatever_the_account(
    browser: APIClient, mallorys_browser: APIClient
) -> None:
    login = start()
    for number, code in enumerate(WRONG):
        who = browser if number % 2 else mallorys_browser
        assert guess(who, code, "192.0.2.1").status_code == 404
    assert guess(browser, login.user_code, "192.0.2.1").status_code == 429
    assert guess(browser, login.user_code, "192.0.2.2").status_code == 200


@pytest.mark.django_db
def test_a_network_of_ipv6_addresses_is_one_address(browser: APIClient) -> None:
    for number, code in enumerate(WRONG):
        with pytest.raises(MeshError, match="not_found"):
            device_login.look_up(handle=code, user=None, address=f"2001:db8::{number}")
    with pytest.raises(MeshError, match="rate_limit"):
        device_login.look_up(handle=start().user_code, user=None, address="2001:db8::99")


@pytest.mark.django_db
def test_looking_and_denying_are_guesses_as_well(mallory: User, mallorys_browser: Any) -> None:
    for code in WRONG[:3]:
        with pytest.raises(MeshError, match="not_found"):
            device_login.look_up(handle=code, user=mallory, address="192.0.2.1")
    for code in WRONG[3:]:
        assert guess(mallorys_browser, code, "192.0.2.1", "deny").status_code == 404
    with pytest.raises(MeshError, match="rate_limit"):
        device_login.look_up(handle=start().user_code, user=mallory, address="192.0.2.9")


@pytest.mark.django_db
def test_the_link_in_the_terminal_works_while_codes_are_locked(browser: APIClient) -> None:
    for code in WRONG:
        approve(browser, code)
    login = start()
    assert approve(browser, login.user_code)[0] == 429
    assert approve(browser, login.session_id)[0] == 200
    assert poll(login)["status"] == "approved"


@pytest.mark.django_db
def test_right_codes_are_never_counted(alice: User, browser: APIClient) -> None:
    for code in WRONG[:4]:
        approve(browser, code)
    for number in range(10):
        login = start(address=f"192.0.2.{number}")
        device_login.look_up(handle=login.user_code, user=alice, address="127.0.0.1")
        assert deny(browser, login.user_code)[0] == 200
    assert approve(browser, WRONG[4])[0] == 404
    assert approve(browser, start().user_code)[0] == 429


@pytest.mark.django_db
def test_a_code_that_came_too_late_is_no_guess(browser: APIClient) -> None:
    login = start()
    deny(browser, login.session_id)
    for _ in range(10):
        assert approve(browser, login.user_code)[0] == 410


@pytest.mark.django_db
def test_after_ten_minutes_codes_are_taken_again(
    browser: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = start()
    for code in WRONG:
        approve(browser, code)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + guesses.LOCKED_S - 5)
    assert approve(browser, login.user_code)[0] == 429
    monkeypatch.setattr(time, "time", lambda: real() + guesses.LOCKED_S + 5)
    assert approve(browser, login.user_code)[0] == 200


@pytest.mark.django_db
def test_while_nobody_can_count_no_code_is_taken(
    browser: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise RedisDown("down")

    login = start()
    monkeypatch.setattr(guesses.cache, "get", down)
    status, body = approve(browser, login.user_code)
    assert (status, body["error"]) == (503, "unavailable")
    assert approve(browser, login.session_id)[0] == 200


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_are_five() -> None:
    def one(number: int) -> Any:
        code = f"BBBB-{number:04}"
        return lambda: device_login.look_up(handle=code, user=None, address="192.0.2.1")

    results = all_at_once([one(number) for number in range(100)])
    codes = [each.code for each in results if isinstance(each, MeshError)]
    assert codes.count("not_found") == 5
    assert codes.count("rate_limit") == 95


def test_guesses_under_way_count_until_they_prove_right() -> None:
    def guess() -> AbstractContextManager[None]:
        return guesses.one_guess(user_id="a", address="192.0.2.1")

    with ExitStack() as under_way:
        for _ in range(guesses.MAX_WRONG):
            under_way.enter_context(guess())
        with pytest.raises(MeshError, match="rate_limit"), guess():
            pytest.fail("a sixth was let through")
    with guess():
        pass


def test_the_count_is_no_secret_store() -> None:
    """What is cached is how many, never which codes."""
    with pytest.raises(MeshError), guesses.one_guess(user_id="a", address="192.0.2.1"):
        raise MeshError("not_found")
    assert cache.get("guesses:account:a") == 1
