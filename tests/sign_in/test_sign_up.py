"""Signing up: an address is proven by a code before the account can be used."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


def sign_up(browser: Client, email: str = BOB, **more: str) -> object:
    return browser.post("/signup", {"email": email, "password1": PASSWORD, "name": "Bob", **more})


def test_sign_up_asks_for_the_code_and_then_signs_in(
    browser: Client, last_code: Callable[[str], str]
) -> None:
    asked = sign_up(browser)
    assert asked.url == "/signup/verify"
    assert "_auth_user_id" not in browser.session
    done = browser.post("/signup/verify", {"code": last_code(BOB)})
    assert done.url == "/dashboard"
    user = User.objects.get(email=BOB)
    assert browser.session["_auth_user_id"] == user.pk
    assert (user.name, EmailAddress.objects.get(user=user).verified) == ("Bob", True)


def test_where_one_was_going_survives_signing_up(
    browser: Client, last_code: Callable[[str], str]
) -> None:
    sign_up(browser, next="/cli-auth?session=clm_sess_x")
    done = browser.post("/signup/verify", {"code": last_code(BOB)})
    assert done.url == "/cli-auth?session=clm_sess_x"


def test_a_wrong_code_verifies_nothing_and_few_are_allowed(
    browser: Client, last_code: Callable[[str], str]
) -> None:
    sign_up(browser)
    right = last_code(BOB)
    for _ in range(3):
        browser.post("/signup/verify", {"code": "WRON-G234"})
    browser.post("/signup/verify", {"code": right})
    assert not EmailAddress.objects.filter(email=BOB, verified=True).exists()
    assert "_auth_user_id" not in browser.session


def test_the_code_of_another_browser_opens_nothing(last_code: Callable[[str], str]) -> None:
    theirs, mallorys = Client(), Client()
    sign_up(theirs)
    sign_up(mallorys, "mallory@example.com")
    mallorys.post("/signup/verify", {"code": last_code(BOB)})
    assert "_auth_user_id" not in mallorys.session


def test_a_taken_address_is_answered_like_a_free_one(browser: Client, alice: User) -> None:
    free, taken = sign_up(Client(), "new@example.com"), sign_up(browser, alice.email)
    assert (free.status_code, free.url) == (taken.status_code, taken.url)
    first, second = Client(), browser
    sign_up(first, "newer@example.com")
    assert page(first, "newer@example.com") == page(second, alice.email)
    assert User.objects.filter(email=alice.email).count() == 1


def test_the_owner_of_a_taken_address_is_told_by_mail(browser: Client, alice: User) -> None:
    sign_up(browser, alice.email)
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "http://localhost:7900/login" in mail.outbox[0].body


def test_no_code_gets_mallory_into_a_taken_address(browser: Client, alice: User) -> None:
    sign_up(browser, alice.email)
    browser.post("/signup/verify", {"code": "BCDF-GHJK"})
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("name", ["a\nb", "x\u202ey", "\x1b[31m"])
def test_a_name_that_could_steer_a_terminal_is_refused(browser: Client, name: str) -> None:
    sign_up(browser, name=name)
    assert not User.objects.filter(email=BOB).exists()


def test_a_weak_password_is_refused(browser: Client) -> None:
    browser.post("/signup", {"email": BOB, "password1": "password"})
    assert not User.objects.filter(email=BOB).exists()


def page(browser: Client, email: str) -> str:
    """The page after signing up, without what differs by chance or by address."""
    text = browser.get("/signup/verify").content.decode()
    lines = (line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)
    return "\n".join(lines).replace(email, "ADDRESS")
