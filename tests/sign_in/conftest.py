"""People at the sign-in pages, and the mails they get."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """Start every test with empty throttle counts."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    """An account with a password and a verified address."""
    user = User.objects.create_user("alice@example.com", PASSWORD, name="Alice")
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


@pytest.fixture
def browser() -> Client:
    """A browser that nobody has used yet; CSRF is enforced as for real."""
    return Client()


@pytest.fixture
def last_code() -> Callable[[str], str]:
    """The code in the last mail to an address."""

    def read(to: str) -> str:
        sent = [message for message in mail.outbox if message.to == [to]]
        found = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", sent[-1].body, re.MULTILINE)
        assert found, sent[-1].body
        return found[1]

    return read


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    """Post the sign-in form."""
    return browser.post("/login", {"login": email, "password": password, **more})
