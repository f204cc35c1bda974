"""Ids are not capabilities: every address, called by everybody. The table is next door."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from claudemesh_wire import canonical
from claudemesh_wire.signing import generate_keypair, sign
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.sign_in import urls as sign_in
from meshes import services
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from presence.clock import millis
from tests.access.endpoints_table import ROLES, ROWS, Row
from tests.access.pages_table import ROWS as PAGES
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, join_body, sync_body

pytestmark = pytest.mark.django_db

#: Django's own admin asks for a browser session, which no token gives; walked as a whole.
ADMIN = "admin/"


@dataclass
class Scene:
    """Who calls, and the ids of what is called."""

    people: dict[str, Person]
    clients: dict[str, APIClient]
    ids: dict[str, str]
    token: str

    def body(self, row: Row, role: str) -> Any:
        """The row's body; those in braces are made for the caller and its key."""
        who = self.people.get(role)
        if row.body == "{join}":
            return join_body(self.token, who.keys if who else generate_keypair())
        if row.body == "{claim}":
            return claim_body(self.ids["code"], who.keys if who else generate_keypair())
        if row.body == "{sync}":
            token = who.token if who else "no such token"
            return sync_body(token, who.keys if who else generate_keypair())
        if row.body == "{hook}":
            return _hook(who)
        return row.body

    def call(self, row: Row, role: str) -> Any:
        """The response to the role's call."""
        call = getattr(self.clients[role], row.method)
        return call(row.path.format(**self.ids), self.body(row, role), format="json")


@pytest.fixture
def scene(cast: dict[str, Person], owner: Standing, anybody: APIClient) -> Scene:
    people = {
        "owner": cast["owner"],
        "admin": cast["admin"],
        "member": cast["member"],
        "outsider": cast["of another mesh"],
        "banned": cast["removed"],
    }
    people["outsider"].member = Member.objects.get(user=people["outsider"].user)
    made = services.create_invite(by=owner, max_uses=10)
    token, _ = accounts.issue_token(user=people["owner"].user)
    revoked = APIClient()
    revoked.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    accounts.revoke_token(token=token)
    _, other = accounts.issue_token(user=people["owner"].user)
    clients = {role: who.client for role, who in people.items()}
    return Scene(
        people,
        clients | {"anonymous": anybody, "revoked_token": revoked},
        {
            "invite": made.invite.pk,
            "code": made.invite.code,
            "alice": cast["owner"].member.pk,
            "carol": cast["member"].member.pk,
            "device": other.pk,
        },
        made.token,
    )


def routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    """Every route below, but the admin's own."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from routes(pattern.url_patterns, route)


def existing() -> set[str]:
    return set(routes(get_resolver().url_patterns))


def test_every_address_has_a_row() -> None:
    rows = {row.route for row in [*ROWS, *PAGES]}
    signing_in = {str(pattern.pattern) for pattern in sign_in.urlpatterns}
    assert existing() - rows - signing_in == set()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.route in existing()],
    ids=lambda row: f"{row.method} {row.path} {list(row.body or ())[:1]}",
)
def test_what_each_role_gets(scene: Scene, row: Row, role: str) -> None:
    response = scene.call(row, role)
    expected = getattr(row, role)
    assert response.status_code == expected
    if expected >= 400:
        assert response.json()["error"]
        assert response.json()["message"]


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.route in existing() and row.outsider == 404],
    ids=lambda row: f"{row.method} {row.path}",
)
def test_what_belongs_to_others_looks_like_nothing(scene: Scene, row: Row) -> None:
    """Status, code and sentence are those of a thing that does not exist."""
    real = scene.call(row, "outsider")
    scene.ids |= dict.fromkeys(("device", "invite", "alice", "carol"), "no-such-thing")
    unreal = scene.clients["outsider"]
    path = row.path.format(**scene.ids).replace("/acme", "/no-such-mesh")
    response = getattr(unreal, row.method)(path, scene.body(row, "outsider"), format="json")
    assert (real.status_code, real.json()) == (response.status_code, response.json())


@pytest.mark.parametrize("role", ["outsider", "banned", "anonymous", "revoked_token"])
def test_nothing_that_others_call_changes_the_mesh(scene: Scene, mesh: Mesh, role: str) -> None:
    before = _things_of(mesh)
    for row in ROWS:
        if row.route in existing() and row.route not in ("join", "invites/<slug:code>/claim"):
            scene.call(row, role)
    assert _things_of(mesh) == before


@pytest.mark.parametrize("role", ROLES)
def test_no_token_opens_the_admin(scene: Scene, role: str) -> None:
    (admin,) = (p for p in get_resolver().url_patterns if str(p.pattern) == ADMIN)
    for pattern in _leaves(admin.url_patterns):
        path = f"/admin/{pattern}"
        response = scene.clients[role].get(path)
        if pattern != "login/":
            assert response.status_code in (301, 302, 403, 404), path
            assert "/admin/" in response.headers.get("Location", "/admin/"), path


def _leaves(patterns: Any, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            text = str(pattern.pattern) if pattern.name != "catchall" else "any"
            yield (prefix + text).replace("<path:object_id>", "x").replace("^", "").split("<")[0]
        else:
            yield from _leaves(pattern.url_patterns, prefix + str(pattern.pattern))


def _hook(who: Person | None) -> dict[str, Any]:
    body = {"cwd": "/w", "pid": 1, "status": "idle", "session_id": "s"}
    if who is None or who.member is None:
        return body
    at = millis()
    text = canonical.hook(who.member.pk, "s", "idle", at)
    signature = sign(text, who.keys.secret)
    return body | {"member_id": who.member.pk, "timestamp": at, "signature": signature}


def _things_of(mesh: Mesh) -> dict[str, Any]:
    members = Member.objects.filter(mesh=mesh).order_by("id")
    return {
        "mesh": Mesh.objects.filter(pk=mesh.pk).values().get(),
        "members": list(members.values()),
        "invites": list(mesh.invites.order_by("id").values()),
    }
