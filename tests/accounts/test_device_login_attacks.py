"""Mallory and device logins: other people's attempts, forged answers, hostile device names."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.test import Client
from rest_framework.test import APIClient

from accounts import selectors, services
from accounts.api import throttles
from accounts.models import CliSession, DeviceLogin, User
from tests.accounts.conftest import signed_in
from tests.accounts.logins import approve, deny, poll, start

pytestmark = pytest.mark.django_db

BROWSER_CALLS = ("/cli/device-code/{session}/approve", "/cli/device-code/{session}/deny")


def state() -> str:
    return DeviceLogin.objects.get().state


def test_mallory_cannot_take_over_what_alice_has_approved(
    alice: User, browser: APIClient, mallorys_browser: APIClient
) -> None:
    login = start()
    approve(browser, login.session_id)
    for answer in (approve, deny):
        status, body = answer(mallorys_browser, login.session_id)
        assert (status, body["error"]) == (410, "expired")
    assert poll(login)["user"]["id"] == alice.pk


def test_nobody_answers_without_being_signed_in() -> None:
    login = start()
    for path in BROWSER_CALLS:
        response = APIClient().post(path.format(session=login.session_id))
        assert (response.status_code, response.json()["error"]) == (401, "missing_bearer_token")
    assert state() == "pending"


def test_a_stolen_token_cannot_let_further_devices_in(
    alice: User, token_for: Any, with_token: Any
) -> None:
    login, thief = start(), with_token(token_for(alice))
    for path in (*BROWSER_CALLS, "/cli/token"):
        assert thief.post(path.format(session=login.session_id)).status_code == 401
    assert state() == "pending"
    assert CliSession.objects.count() == 1


def test_a_forged_session_cookie_is_nobody() -> None:
    login = start()
    for value in ("forged", "a" * 32, "' OR 1=1", "x" * 5000):
        client = APIClient()
        client.cookies[django_settings.SESSION_COOKIE_NAME] = value
        for path in (*BROWSER_CALLS, "/cli/token"):
            assert client.post(path.format(session=login.session_id)).status_code == 401
        assert client.get("/cli/sessions").status_code == 401
    assert state() == "pending"


def strict(user: User) -> tuple[Client, str]:
    """A browser of `user` in front of a broker that checks CSRF, and a good CSRF token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/login/again")
    secret = client.get("/dashboard/devices").cookies.get(django_settings.CSRF_COOKIE_NAME)
    token = secret or client.cookies[django_settings.CSRF_COOKIE_NAME]
    return client, str(token.value)


@pytest.mark.parametrize("path", [*BROWSER_CALLS, "/cli/token", "/cli/sessions/revoke-others"])
def test_another_site_cannot_act_in_alices_name(alice: User, path: str) -> None:
    services.issue_token(user=alice)
    login = start()
    client, token = strict(alice)
    path = path.format(session=login.session_id)
    evil = {"Origin": "https://evil.example", "X-CSRFToken": token}
    for headers in ({}, {"X-CSRFToken": "wrong"}, {"X-CSRFToken": "a" * 64}, evil):
        response = client.post(path, headers=headers)
        assert (response.status_code, response.json()["error"]) == (403, "csrf_failed")
    form = client.post(path, {"csrfmiddlewaretoken": token}, headers={"Origin": "null"})
    assert form.status_code in (403, 415)
    assert state() == "pending"
    assert CliSession.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("path", [*BROWSER_CALLS, "/cli/token", "/cli/sessions/revoke-others"])
def test_the_page_itself_can(alice: User, path: str) -> None:
    login = start()
    client, token = strict(alice)
    headers = {"X-CSRFToken": token, "Origin": "http://testserver"}
    assert client.post(path.format(session=login.session_id), headers=headers).status_code == 200


def test_reading_needs_no_csrf_token_and_changes_nothing(alice: User) -> None:
    login = start()
    client, _ = strict(alice)
    assert client.get("/cli/sessions").status_code == 200
    for path in (*BROWSER_CALLS, "/cli/token"):
        assert client.get(path.format(session=login.session_id)).status_code == 405
    assert state() == "pending"


def test_an_account_that_is_switched_off_answers_nothing(alice: User, browser: APIClient) -> None:
    login = start()
    alice.is_active = False
    alice.save()
    assert approve(browser, login.session_id)[0] == 401
    assert browser.post("/cli/token").status_code == 401
    assert state() == "pending"


def test_half_signed_in_is_not_signed_in(alice: User) -> None:
    """A password without the second factor, or an address that is not proven, approves nothing."""
    login = start()
    alice.set_password("a long pass phrase")
    alice.save()
    form = {"login": alice.email, "password": "a long pass phrase"}
    unproven, half = APIClient(), APIClient()
    assert unproven.post("/login", form).headers["Location"].startswith("/signup/verify")
    EmailAddress.objects.update_or_create(
        user=alice, email=alice.email, defaults={"verified": True, "primary": True}
    )
    TOTP.activate(alice, generate_totp_secret())
    assert half.post("/login", form).headers["Location"].startswith("/login/code")
    for client in (unproven, half):
        assert approve(client, login.session_id)[0] == 401
        assert client.post("/cli/token").status_code == 401
        assert client.get("/cli/sessions").status_code == 401
    assert state() == "pending"


def test_switched_off_after_approving_no_token_is_made(alice: User, browser: APIClient) -> None:
    login = start()
    approve(browser, login.session_id)
    alice.is_active = False
    alice.save()
    assert poll(login) == {"status": "denied"}
    assert not CliSession.objects.exists()


def test_deleted_after_approving_no_token_is_made(alice: User, browser: APIClient) -> None:
    login = start()
    approve(browser, login.session_id)
    alice.delete()
    assert poll(login) == {"status": "expired"}
    assert not CliSession.objects.exists()


def test_signing_out_of_the_browser_ends_its_rights(alice: User) -> None:
    login, client = start(), signed_in(alice)
    client.logout()
    assert approve(client, login.session_id)[0] == 401


def test_a_bad_token_is_not_made_up_for_by_the_browser(browser: APIClient) -> None:
    browser.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert browser.get("/cli/sessions").status_code == 401


@pytest.mark.parametrize(
    "device",
    [
        {"hostname": "x" * 10_000},
        {"hostname": "evil\x1b[2Jhost"},
        {"hostname": "line\nbreak"},
        {"hostname": "moc.elpmaxe\u202e"},
        {"hostname": "a\u2066b\u2069"},
        {"hostname": "left\u200fright"},
        {"hostname": "nul\x00"},
        {"hostname": 7},
        {"hostname": ["laptop"]},
        {"platform": "x" * 65},
        {"arch": {"a": 1}},
    ],
)
def test_hostile_device_names_are_refused_in_words(device: dict[str, Any], alice: User) -> None:
    response = APIClient().post("/cli/device-code", device, format="json")
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
    assert next(iter(device)) in response.json()["message"]
    assert signed_in(alice).post("/cli/token", device, format="json").status_code == 400
    assert not DeviceLogin.objects.exists()
    assert not CliSession.objects.exists()


@pytest.mark.parametrize("hostname", ["büro-rechner", "מחשב", "笔记本", "<script>", "'; --", ""])
def test_odd_names_are_only_text(hostname: str, alice: User, browser: APIClient) -> None:
    login = start(hostname=hostname)
    approve(browser, login.session_id)
    poll(login)
    assert browser.get("/cli/sessions").json()["sessions"][0]["hostname"] == hostname


def test_null_is_the_same_as_nothing() -> None:
    start(hostname=None, platform=None, arch=None)
    assert DeviceLogin.objects.get().hostname == ""


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", None),
        ("", None),
        ("unix:/run/socket", None),
    ],
)
def test_addresses_of_every_kind(address: str, stored: str | None) -> None:
    start(address=address)
    kept = DeviceLogin.objects.get().address
    assert kept == stored or address.startswith("::ffff:")


def test_a_forwarded_header_is_not_the_address() -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"}
    APIClient().post("/cli/device-code", REMOTE_ADDR="192.0.2.7", headers=headers)
    assert DeviceLogin.objects.get().address == "192.0.2.7"


def test_a_token_to_paste_is_a_token(alice: User, browser: APIClient) -> None:
    response = browser.post("/cli/token", {"hostname": "server"}, format="json")
    assert set(response.json()) == {"token"}
    session = selectors.session_of_token(response.json()["token"])
    assert session is not None
    assert (session.user, session.hostname) == (alice, "server")


def test_tokens_to_paste_are_limited_by_account(
    alice: User, browser: APIClient, mallorys_browser: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a row and a mail; the page and the API count together."""
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_000.0)
    assert {browser.post("/cli/token").status_code for _ in range(10)} == {200}
    page = Client()
    page.force_login(alice)
    assert {page.post("/token", {"hostname": "box"}).status_code for _ in range(10)} == {200}
    refused = browser.post("/cli/token")
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limit")
    shown = page.post("/token", {"hostname": "box"})
    assert shown.status_code == 429
    assert "Too many requests" in shown.content.decode()
    assert CliSession.objects.filter(user=alice).count() == 20
    assert mallorys_browser.post("/cli/token").status_code == 200
