"""Two meshes that know nothing of each other, a plain account, and an operator.

alice owns Acme, bob is an admin there, carol a member, erin a banned admin; mallory owns Lair with
a crew of the same parts. dora has an account and no mesh; olga operates the broker.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import User
from tests.admin.realm import Realm, realm


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """Start every test with empty throttle counts."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def acme(db: None) -> Realm:
    return realm("Acme", {"owner": "alice", "admin": "bob", "member": "carol", "banned": "erin"})


@pytest.fixture
def lair(db: None) -> Realm:
    crew = {"owner": "mallory", "admin": "igor", "member": "trudy", "banned": "victor"}
    return realm("Lair", crew)


@pytest.fixture
def dora(db: None) -> User:
    return User.objects.create_user("dora@example.com", name="dora")


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_superuser("olga@example.com", name="olga")
