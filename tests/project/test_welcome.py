"""What `make run` says first: an account to sign in with, and the commands to type."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def welcome() -> str:
    """What the command prints."""
    out = StringIO()
    call_command("welcome", stdout=out)
    return out.getvalue()


def password_in(text: str) -> str:
    """The password that was printed."""
    return text.split("password ", 1)[1].split()[0]


def test_first_run_makes_an_account_that_can_sign_in() -> None:
    text = welcome()
    user = User.objects.get()
    assert user.is_superuser
    assert user.email in text
    assert user.check_password(password_in(text))


def test_first_account_gets_past_the_sign_in_page() -> None:
    browser, text = Client(), welcome()
    email = User.objects.get().email
    answer = browser.post("/login", {"login": email, "password": password_in(text)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")


def test_second_run_changes_nothing_and_shows_no_password() -> None:
    password = password_in(welcome())
    assert password not in welcome()
    assert User.objects.get().check_password(password)


def test_existing_account_is_the_one_named() -> None:
    User.objects.create_user(email="alice@example.com", password="a-long-enough-password")
    assert "issue_token -q alice@example.com" in welcome()
    assert User.objects.count() == 1


@pytest.mark.parametrize("answer", ["", "not an address", "a@b@c"])
def test_odd_git_address_is_not_used(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.email")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", answer)
    assert "you@localhost" in welcome()
