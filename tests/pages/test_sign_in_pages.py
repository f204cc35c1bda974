"""The pages of signing in are ours, carry `next` along, and keep secrets out of caches."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from accounts.models import User
from tests.pages.reading import Page

NEXT = "/cli-auth?session=clm_sess_x"


def page(client: Client, path: str) -> Page:
    return Page(client.get(path).content.decode())


def turn_on_the_app(browser: Client) -> None:
    """Set up an authenticator app the way a person does."""
    shown = browser.get("/dashboard/security/app").content.decode()
    (secret,) = re.findall(r">([A-Z2-7]{32})<", shown)
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )
    response = browser.post("/dashboard/security/app", {"code": code})
    assert response["Location"] == "/dashboard/security/recovery-codes"


@pytest.mark.parametrize("path", ["/login", "/signup", "/password/reset"])
def test_the_page_to_go_on_to_is_carried_along(stranger: Client, path: str) -> None:
    form = Page(stranger.get(path, {"next": NEXT}).content.decode()).form_to(path)
    assert [each["value"] for each in form.inputs if each.get("name") == "next"] == [NEXT]


def test_sign_in_and_sign_up_lead_to_each_other_with_next(stranger: Client) -> None:
    for path, other in (("/login", "/signup"), ("/signup", "/login")):
        links = [
            each["href"]
            for each in Page(stranger.get(path, {"next": NEXT}).content.decode()).all("a")
        ]
        assert f"{other}?next=%2Fcli-auth%3Fsession%3Dclm_sess_x" in links


def test_a_hostile_next_is_text(stranger: Client) -> None:
    response = stranger.get("/login", {"next": '"><script>alert(1)</script>'})
    assert b"<script>alert" not in response.content


def test_a_wrong_password_is_said_aloud(stranger: Client, alice: User) -> None:
    response = stranger.post("/login", {"login": alice.email, "password": "wrong"})
    assert b'role="alert"' in response.content
    assert alice.email.encode() in response.content


def test_an_error_of_a_field_is_tied_to_it(stranger: Client) -> None:
    response = stranger.post("/signup", {"email": "nonsense", "password1": "abc"})
    shown = Page(response.content.decode())
    (email,) = [each for each in shown.all("input") if each.get("name") == "email"]
    assert email["aria-invalid"] == "true"
    assert email["aria-describedby"] == "id_email_error"
    assert "id_email_error" in shown.ids()


def test_the_apps_secret_can_be_scanned_or_typed_and_is_not_cached(browser: Client) -> None:
    response = browser.get("/dashboard/security/app")
    assert "no-store" in response["Cache-Control"]
    assert b"<svg" in response.content
    assert re.search(rb">[A-Z2-7]{32}<", response.content)


def test_recovery_codes_are_shown_made_and_downloaded_uncached(browser: Client) -> None:
    turn_on_the_app(browser)
    shown = browser.get("/dashboard/security/recovery-codes")
    file = browser.get("/dashboard/security/recovery-codes/file")
    codes = re.findall(r"\b[0-9a-f]{8}\b", shown.content.decode())
    assert len(codes) == 10
    assert codes == re.findall(r"^[0-9a-f]{8}$", file.content.decode(), re.MULTILINE)
    for response in (shown, file):
        assert "no-store" in response["Cache-Control"]
    assert b"make new ones" in shown.content.lower()


def test_security_shows_what_is_on(browser: Client, alice: User) -> None:
    assert b"Set up an app" in browser.get("/dashboard/security").content
    turn_on_the_app(browser)
    shown = browser.get("/dashboard/security").content
    assert b"Remove the app" in shown
    assert b"10 left" in shown
    assert Authenticator.objects.filter(user=alice).count() == 2


def test_removing_the_app_asks_first(browser: Client, alice: User) -> None:
    turn_on_the_app(browser)
    assert b"Remove the authenticator app?" in browser.get("/dashboard/security/app/remove").content
    assert Authenticator.objects.filter(user=alice).exists()
    browser.post("/dashboard/security/app/remove")
    assert not Authenticator.objects.filter(user=alice).exists()


def test_signing_in_asks_for_the_second_factor(browser: Client, alice: User) -> None:
    turn_on_the_app(browser)
    other = Client()
    response = other.post(
        "/login", {"login": alice.email, "password": "correct horse battery"}, follow=True
    )
    assert response.redirect_chain[-1][0] == "/login/code"
    assert b"six digits" in response.content
    assert Page(response.content.decode()).title == "Second factor · claudemesh"
