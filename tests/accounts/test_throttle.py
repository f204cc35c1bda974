"""Anonymous endpoints answer an address only so often, and only that address."""

import pytest
from rest_framework.test import APIClient

from accounts.addresses import address_bucket
from accounts.api import throttles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the clock, so that no window ends within a test."""
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_000.0)


def revoke(address: str) -> APIClient:
    return APIClient().post(
        "/cli/session/revoke", {"token": "t"}, format="json", REMOTE_ADDR=address
    )


def exhaust(address: str) -> None:
    assert {revoke(address).status_code for _ in range(60)} == {200}


def test_too_many_requests_are_refused_in_words() -> None:
    exhaust("192.0.2.1")
    response = revoke("192.0.2.1")
    assert (response.status_code, response.json()["error"]) == (429, "rate_limit")
    assert response.json()["message"]
    assert int(response["Retry-After"]) > 0


def test_other_addresses_are_not_affected() -> None:
    exhaust("192.0.2.1")
    assert revoke("192.0.2.2").status_code == 200


def test_a_forwarded_header_does_not_make_a_new_address() -> None:
    exhaust("192.0.2.1")
    response = APIClient().post(
        "/cli/session/revoke",
        {"token": "t"},
        format="json",
        REMOTE_ADDR="192.0.2.1",
        HTTP_X_FORWARDED_FOR="203.0.113.9",
    )
    assert response.status_code == 429


def test_the_next_window_is_open_again(monkeypatch: pytest.MonkeyPatch) -> None:
    exhaust("192.0.2.1")
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_060.0)
    assert revoke("192.0.2.1").status_code == 200


def test_a_whole_ipv6_network_counts_as_one() -> None:
    assert address_bucket("2001:db8:1:2::1") == address_bucket("2001:db8:1:2:ffff::9")
    assert address_bucket("2001:db8:1:2::1") != address_bucket("2001:db8:1:3::1")


def test_an_ipv4_address_in_ipv6_clothes_is_the_same() -> None:
    assert address_bucket("::ffff:192.0.2.1") == address_bucket("192.0.2.1")


def test_a_cache_that_is_down_closes_no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def add(self, *args: object, **kwargs: object) -> None:
            raise throttles.RedisError("down")

    monkeypatch.setattr(throttles, "cache", Down())
    assert revoke("192.0.2.1").status_code == 200
