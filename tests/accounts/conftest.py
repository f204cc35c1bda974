"""Callers of the accounts API: alice, mallory, and a client that carries a bearer token."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts import services
from accounts.models import User


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """Start every test with empty throttle counts."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.com", name="Alice")


@pytest.fixture
def mallory(db: None) -> User:
    return User.objects.create_user("mallory@example.com", name="Mallory")


@pytest.fixture
def token_for() -> Callable[[User], str]:
    """Mints a token the way the broker does."""
    return lambda user: services.issue_token(user=user, hostname="laptop")[0]


@pytest.fixture
def with_token() -> Callable[[str], APIClient]:
    """A client that sends the given bearer token."""

    def client(token: str) -> APIClient:
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return made

    return client


def signed_in(user: User) -> APIClient:
    """A browser in which `user` is signed in; CSRF is tested on its own."""
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def browser(alice: User) -> APIClient:
    """Alice's."""
    return signed_in(alice)


@pytest.fixture
def mallorys_browser(mallory: User) -> APIClient:
    return signed_in(mallory)
