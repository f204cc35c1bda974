"""Alice and mallory in front of browsers that enforce CSRF as real ones meet it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
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


def person(name: str) -> User:
    """An account with a password and a verified address."""
    user = User.objects.create_user(f"{name.lower()}@example.com", PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def signed_in(user: User) -> Client:
    """A browser in which `user` just typed the password, and typed it once more."""
    client = Client()
    client.post("/login", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    client.post("/login/again", {"password": PASSWORD})
    return client


@pytest.fixture
def alice(db: None) -> User:
    return person("Alice")


@pytest.fixture
def mallory(db: None) -> User:
    return person("Mallory")


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser that is not signed in."""
    return Client()


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's."""
    return signed_in(alice)


@pytest.fixture
def mallorys_browser(mallory: User) -> Client:
    return signed_in(mallory)
