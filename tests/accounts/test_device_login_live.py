"""A device login over real HTTP, on one broker, and with each step on another of two nodes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.broker_process import Broker, broker
from tests.faults.two_nodes import needs_postgres
from tests.ports import free_port
from tests.postgres import new_database, session_postgres_url
from tests.redis_process import redis_server

pytestmark = pytest.mark.live

EMAIL, PASSWORD = "alice@example.com", "correct horse battery"
ENVIRONMENT = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "LOG_LEVEL": "DEBUG"}
WRONG = ["BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", "FFFF-FFFF", "GGGG-GGGG"]


def signed_in(one: Broker) -> httpx.Client:
    """A browser in which alice has typed her password."""
    client = httpx.Client(base_url=one.url)
    client.get("/login")
    form = {
        "login": EMAIL,
        "password": PASSWORD,
        "csrfmiddlewaretoken": client.cookies["csrftoken"],
    }
    response = client.post("/login", data=form, headers={"Origin": one.url})
    assert response.status_code == 302, response.text
    return client


def on(other: Broker, client: httpx.Client) -> httpx.Client:
    """The same browser, led to another node by a load balancer."""
    return httpx.Client(base_url=other.url, cookies=client.cookies)


def start(one: Broker, **headers: str) -> dict[str, str]:
    response = httpx.post(f"{one.url}/cli/device-code", json={"hostname": "box"}, headers=headers)
    assert response.status_code == 200
    return dict(response.json())


def poll(one: Broker, login: dict[str, str]) -> dict[str, str]:
    return dict(httpx.get(f"{one.url}/cli/device-code/{login['device_code']}").json())


def answer(client: httpx.Client, origin: str, handle: str, word: str = "approve") -> int:
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Origin": origin}
    return client.post(f"/cli/device-code/{handle}/{word}", headers=headers).status_code


def profile(one: Broker, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{one.url}/api/my/profile", headers=headers).status_code


def pick_up_at_once(brokers: list[Broker], login: dict[str, str]) -> list[dict[str, str]]:
    """What a hundred polls on all nodes are told, and that one of them got a token."""
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda n: poll(brokers[n % len(brokers)], login), range(100)))
    assert Counter(each["status"] for each in told) == {"approved": 1, "consumed": 99}
    return [each for each in told if "session_token" in each]


@pytest.fixture(scope="module")
def one() -> Iterator[Broker]:
    with broker(**ENVIRONMENT) as running:
        running.manage("createsuperuser", "--noinput", "--email", EMAIL)
        yield running


def test_from_the_first_code_to_the_last_request(one: Broker) -> None:
    browser, login = signed_in(one), start(one)
    assert poll(one, login)["status"] == "pending"
    page = browser.get(login["verification_url"])
    assert login["user_code"] in page.text
    assert answer(browser, one.url, login["session_id"]) == 200
    (picked,) = pick_up_at_once([one], login)
    token = picked["session_token"]
    assert profile(one, token) == 200
    assert answer(browser, one.url, login["session_id"]) == 410
    (device,) = browser.get("/cli/sessions").json()["sessions"]
    headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Origin": one.url}
    assert browser.post(f"/cli/sessions/{device['id']}/revoke", headers=headers).status_code == 200
    assert profile(one, token) == 401
    for secret in (login["device_code"], token, PASSWORD):
        assert secret not in one.log


def test_another_site_gets_nowhere(one: Broker) -> None:
    browser, login = signed_in(one), start(one)
    for origin in ("https://evil.example", "null", one.url + ".evil.example"):
        assert answer(browser, origin, login["session_id"]) == 403
    assert browser.post(f"/cli/device-code/{login['session_id']}/approve").status_code == 403
    assert poll(one, login)["status"] == "pending"


def test_a_forwarded_header_does_not_hide_who_asks(one: Broker) -> None:
    login = start(one, **{"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"})
    page = signed_in(one).get(login["verification_url"]).text
    assert "203.0.113.9" not in page
    assert re.search(r"127\.0\.0\.1", page)


@needs_postgres
def test_each_step_on_another_node() -> None:
    database_url, port = new_database(session_postgres_url()), free_port()
    shared = {**ENVIRONMENT, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        redis_server(port),
        broker(database_url=database_url, **shared) as one,
        broker(database_url=database_url, **shared) as two,
    ):
        one.manage("createsuperuser", "--noinput", "--email", EMAIL)
        browser, login = signed_in(one), start(one)
        assert poll(two, login)["status"] == "pending"
        assert poll(one, login)["status"] == "pending"
        assert answer(on(two, browser), two.url, login["user_code"]) == 200
        (picked,) = pick_up_at_once([one, two], login)
        assert profile(one, picked["session_token"]) == 200
        assert profile(two, picked["session_token"]) == 200
        body = {"token": picked["session_token"]}
        assert httpx.post(f"{one.url}/cli/session/revoke", json=body).json()["found"] is True
        assert profile(two, picked["session_token"]) == 401
        for code, (client, node) in zip(
            WRONG, [(browser, one), (on(two, browser), two)] * 3, strict=False
        ):
            assert answer(client, node.url, code) == 404
        other = start(two)
        for client, node in ((browser, one), (on(two, browser), two)):
            assert answer(client, node.url, other["user_code"]) == 429
        assert answer(browser, one.url, other["session_id"]) == 200
