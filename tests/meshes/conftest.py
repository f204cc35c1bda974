"""The cast: alice owns the mesh "acme", bob is an admin, carol a member; mallory owns another.

`erin` was a member and has been removed. Each has an account and an ed25519 key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from claudemesh_wire.signing import KeyPair, generate_keypair
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import CliSession, User
from meshes import selectors, services
from meshes.models import Member, Mesh
from meshes.selectors import Standing


@dataclass
class Person:
    """One of the cast: account, key, and an API client that carries the account's token."""

    user: User
    keys: KeyPair
    client: APIClient
    member: Member | None = None
    token: str = ""
    device: CliSession | None = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A JSON request as this person."""
        return getattr(self.client, method)(path, body, format="json")


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """Start every test with empty throttle counts."""
    cache.clear()
    yield
    cache.clear()


def person(name: str) -> Person:
    user = User.objects.create_user(f"{name}@example.com", name=name.capitalize())
    client = APIClient()
    token, device = accounts.issue_token(user=user)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return Person(user, generate_keypair(), client, token=token, device=device)


def add_member(mesh: Mesh, who: Person, role: str = "member") -> Person:
    who.member = Member.objects.create(
        mesh=mesh,
        user=who.user,
        pubkey=who.keys.public,
        display_name=who.user.display_name,
        role=role,
    )
    return who


@pytest.fixture
def alice(db: None) -> Person:
    return person("alice")


@pytest.fixture
def mesh(alice: Person) -> Mesh:
    created = services.create_mesh(owner=alice.user, name="Acme", pubkey=alice.keys.public)
    alice.member = created.member
    return created.mesh


@pytest.fixture
def owner(alice: Person, mesh: Mesh) -> Standing:
    """Alice's place in her mesh."""
    return selectors.standing_in(alice.user, mesh.slug)


@pytest.fixture
def bob(mesh: Mesh) -> Person:
    return add_member(mesh, person("bob"), role="admin")


@pytest.fixture
def carol(mesh: Mesh) -> Person:
    return add_member(mesh, person("carol"))


@pytest.fixture
def erin(mesh: Mesh) -> Person:
    removed = add_member(mesh, person("erin"))
    Member.objects.filter(user=removed.user).update(revoked_at=timezone.now())
    return removed


@pytest.fixture
def mallory(db: None) -> Person:
    attacker = person("mallory")
    services.create_mesh(owner=attacker.user, name="Lair", pubkey=attacker.keys.public)
    return attacker


@pytest.fixture
def anybody() -> APIClient:
    """A caller without a token."""
    return APIClient()


@pytest.fixture
def cast(
    alice: Person, bob: Person, carol: Person, erin: Person, mallory: Person
) -> dict[str, Person]:
    return {
        "owner": alice,
        "admin": bob,
        "member": carol,
        "removed": erin,
        "of another mesh": mallory,
    }
