"""The optional second factor: needed once it is on, encrypted at rest, one use a code."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from accounts.models import User
from tests.sign_in.conftest import sign_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def protected(alice: User) -> User:
    """Alice with an authenticator app and recovery codes."""
    TOTP.activate(alice, SECRET)
    RecoveryCodes.activate(alice)
    return alice


def code_now() -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_the_password_alone_no_longer_signs_in(browser: Client, protected: User) -> None:
    assert sign_in(browser, protected.email).url.startswith("/login/code")
    assert not signed_in(browser)


def test_password_and_code_sign_in(browser: Client, protected: User) -> None:
    sign_in(browser, protected.email, next="/dashboard/devices")
    done = browser.post("/login/code", {"code": code_now()})
    assert done.url == "/dashboard/devices"
    assert signed_in(browser)


def test_a_code_works_once(protected: User) -> None:
    code = code_now()
    for browser, works in ((Client(), True), (Client(), False)):
        sign_in(browser, protected.email)
        browser.post("/login/code", {"code": code})
        assert signed_in(browser) is works


def test_guessing_codes_is_stopped(browser: Client, protected: User) -> None:
    sign_in(browser, protected.email)
    for number in range(10):
        browser.post("/login/code", {"code": f"00000{number}"})
    browser.post("/login/code", {"code": code_now()})
    assert not signed_in(browser)


def test_a_recovery_code_signs_in_once(protected: User) -> None:
    recovery = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    code = recovery.get_unused_codes()[0]
    for browser, works in ((Client(), True), (Client(), False)):
        sign_in(browser, protected.email)
        browser.post("/login/code", {"code": code})
        assert signed_in(browser) is works


def test_secrets_are_encrypted_at_rest(protected: User) -> None:
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert not any(code in stored for code in codes)


def test_turning_it_on_asks_for_the_password_again(browser: Client, alice: User) -> None:
    browser.force_login(alice)
    assert browser.get("/dashboard/security/app").url.startswith("/login/again")


def test_the_admin_asks_for_the_second_factor_too(browser: Client, protected: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    response = browser.post(
        "/admin/login/", {"username": protected.email, "password": "correct horse battery"}
    )
    assert response.status_code == 302
    assert not signed_in(browser)
