"""Signing in: throttled, without hints, with a fresh session, and only to pages of this site."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.sign_in.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


def signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_the_right_password_signs_in(browser: Client, alice: User) -> None:
    assert sign_in(browser, alice.email).url == "/dashboard"
    assert signed_in(browser)


def test_letter_case_of_the_address_does_not_matter(browser: Client, alice: User) -> None:
    sign_in(browser, "ALICE@Example.com")
    assert signed_in(browser)


def test_an_unknown_address_is_answered_like_a_wrong_password(alice: User) -> None:
    pages = []
    for email in (alice.email, "nobody@example.com"):
        response = sign_in(Client(), email, "wrong")
        text = response.content.decode().replace(email, "ADDRESS")
        pages.append([line for line in text.splitlines() if "csrfmiddlewaretoken" not in line])
    assert pages[0] == pages[1]


def test_guessing_passwords_is_stopped_whatever_the_address_it_comes_from(alice: User) -> None:
    for number in range(5):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(
            "/login", {"login": alice.email, "password": f"guess {number}"}
        )
    late = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(late, alice.email)
    assert not signed_in(late)


def test_guessing_over_many_accounts_from_one_address_is_stopped(alice: User) -> None:
    for number in range(10):
        sign_in(Client(), f"person{number}@example.com", "guess")
    late = Client()
    sign_in(late, alice.email)
    assert not signed_in(late)


def test_another_host_name_does_not_start_the_count_again(alice: User) -> None:
    for number in range(5):
        Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR=f"192.0.2.{number}").post(
            "/login", {"login": alice.email, "password": "guess"}
        )
    late = Client(HTTP_HOST="localhost", REMOTE_ADDR="192.0.2.99")
    sign_in(late, alice.email)
    assert not signed_in(late)


def test_a_forged_x_forwarded_for_does_not_start_the_count_again(alice: User) -> None:
    for number in range(10):
        Client(HTTP_X_FORWARDED_FOR=f"192.0.2.{number}").post(
            "/login", {"login": f"person{number}@example.com", "password": "guess"}
        )
    late = Client(HTTP_X_FORWARDED_FOR="192.0.2.99")
    sign_in(late, alice.email)
    assert not signed_in(late)


def test_signing_in_makes_a_new_session(browser: Client, alice: User) -> None:
    browser.get("/login?next=/dashboard")
    session = browser.session
    session["planted"] = "by mallory"
    session.save()
    browser.cookies["sessionid"] = planted = session.session_key
    sign_in(browser, alice.email)
    assert signed_in(browser)
    assert browser.session.session_key != planted
    mallorys = Client()
    mallorys.cookies["sessionid"] = planted
    assert not signed_in(mallorys)


def test_signing_in_without_the_csrf_token_is_refused(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert sign_in(browser, alice.email).status_code == 403
    assert not signed_in(browser)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost:7900@evil.example/",
        "http://127.0.0.1:1/",
        "\thttps://evil.example",
    ],
)
def test_next_never_leads_elsewhere(browser: Client, alice: User, elsewhere: str) -> None:
    assert sign_in(browser, alice.email, next=elsewhere).url == "/dashboard"


def test_next_leads_to_a_page_of_this_site(browser: Client, alice: User) -> None:
    assert sign_in(browser, alice.email, next="/dashboard/devices").url == "/dashboard/devices"


def test_an_address_that_was_never_verified_does_not_sign_in(browser: Client, alice: User) -> None:
    EmailAddress.objects.update(verified=False)
    assert sign_in(browser, alice.email).url == "/signup/verify"
    assert not signed_in(browser)


def test_a_deactivated_account_does_not_sign_in(browser: Client, alice: User) -> None:
    User.objects.update(is_active=False)
    sign_in(browser, alice.email)
    assert not signed_in(browser)


def test_signing_out_takes_a_post(browser: Client, alice: User) -> None:
    browser.force_login(alice)
    browser.get("/logout")
    assert signed_in(browser)
    browser.post("/logout")
    assert not signed_in(browser)


def test_changing_the_password_ends_other_sessions(alice: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, alice.email)
    sign_in(elsewhere, alice.email)
    new = "another horse battery"
    changed = here.post(
        "/dashboard/password", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert changed.status_code == 302
    assert here.get("/dashboard/security").status_code == 200
    assert elsewhere.get("/dashboard/security").status_code == 302


def test_a_session_ends_by_itself(browser: Client, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.session.get_expiry_date() <= timezone.now() + timedelta(days=14, minutes=1)
