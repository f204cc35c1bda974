"""Ids are not capabilities: every endpoint, walked as everybody. A new endpoint needs a row."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from rest_framework.test import APIClient

from accounts.urls import urlpatterns as account_urls
from meshes import services
from meshes.models import Mesh
from meshes.selectors import Standing
from meshes.urls import urlpatterns as mesh_urls
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """An endpoint and what each role gets; strangers (no token) always get 401."""

    name: str
    method: str
    path: str
    body: Any
    owner: int
    admin: int
    member: int
    outsider: int


ROWS = [
    Row("mesh", "patch", "/cli/mesh/acme", {"name": "New"}, 200, 403, 403, 404),
    Row("mesh", "patch", "/cli/mesh/acme", {"policy": {}}, 400, 403, 403, 404),
    Row("mesh", "delete", "/cli/mesh/acme", None, 200, 403, 403, 404),
    Row("mesh-invite", "post", "/cli/mesh/acme/invite", {}, 200, 200, 403, 404),
    Row("mesh-invite", "post", "/cli/mesh/acme/invite", {"role": "admin"}, 200, 403, 403, 404),
    Row("mesh-invites", "get", "/cli/mesh/acme/invites", None, 200, 200, 403, 404),
    Row("mesh-invite-one", "delete", "/cli/mesh/acme/invites/{invite}", None, 200, 200, 403, 404),
    Row("mesh-grants", "post", "/cli/mesh/acme/grants", {"grants": {}}, 200, 200, 200, 404),
    Row("mesh-members", "get", "/cli/mesh/acme/members", None, 200, 200, 200, 404),
    Row(
        "mesh-member",
        "patch",
        "/cli/mesh/acme/members/{alice}",
        {"display_name": "X"},
        200,
        200,
        403,
        404,
    ),
    Row(
        "mesh-member",
        "patch",
        "/cli/mesh/acme/members/{carol}",
        {"display_name": "X"},
        200,
        200,
        200,
        404,
    ),
    Row(
        "mesh-member",
        "patch",
        "/cli/mesh/acme/members/{carol}",
        {"role": "admin"},
        200,
        403,
        403,
        404,
    ),
    Row("my-mesh", "patch", "/api/my/meshes/acme", {"name": "New"}, 200, 403, 403, 404),
]

# Walked elsewhere: the caller's own things, and what is open to holders of an invite or token.
OWN_OR_OPEN = {
    "my-profile",
    "my-meshes",
    "cli-meshes",
    "mesh-create",
    "cli-sessions",
    "cli-sessions-revoke",
    "cli-session-revoke",
    "join",
    "invite-claim",
    "public-invite-code",
}


@pytest.fixture
def fill(owner: Standing, cast: dict[str, Person]) -> Callable[[str], str]:
    """Puts ids into a path."""
    invite = services.create_invite(by=owner).invite
    ids = {
        "invite": invite.pk,
        "alice": cast["owner"].member.pk,
        "carol": cast["member"].member.pk,
    }
    return lambda path: path.format(**ids)


def test_every_endpoint_has_a_row() -> None:
    names = {pattern.name for pattern in [*account_urls, *mesh_urls]}
    assert names == {row.name for row in ROWS} | OWN_OR_OPEN


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path} {row.body}")
@pytest.mark.parametrize("role", ["owner", "admin", "member", "removed", "of another mesh"])
def test_what_each_role_gets(
    row: Row, role: str, cast: dict[str, Person], fill: Callable[[str], str]
) -> None:
    response = cast[role].call(row.method, fill(row.path), row.body)
    assert response.status_code == getattr(row, role, row.outsider)
    if response.status_code >= 400:
        assert response.json()["error"]
        assert response.json()["message"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path} {row.body}")
def test_strangers_get_nothing(row: Row, anybody: APIClient, fill: Callable[[str], str]) -> None:
    response = getattr(anybody, row.method)(fill(row.path), row.body, format="json")
    assert (response.status_code, response.json()["error"]) == (401, "missing_bearer_token")


def test_a_mesh_of_others_looks_like_one_that_does_not_exist(mallory: Person, mesh: Mesh) -> None:
    real = mallory.call("get", "/cli/mesh/acme/members")
    unreal = mallory.call("get", "/cli/mesh/no-such-mesh/members")
    assert (real.status_code, real.json()) == (unreal.status_code, unreal.json())
