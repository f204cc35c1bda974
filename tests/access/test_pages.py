"""Ids are not capabilities: every page, visited by everybody. The table is next door."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.sign_in import urls as sign_in
from audit.models import AuditEntry
from meshes import services
from meshes.models import Ban, Invite, Member, Mesh
from meshes.selectors import Standing
from tests.access.pages_table import ROWS, VISITORS, Row
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
IDS = ("carol", "invite")


@dataclass
class Scene:
    """Who visits, and the ids of what is visited."""

    browsers: dict[str, Client]
    ids: dict[str, str]

    def visit(self, row: Row, visitor: str, **changes: str) -> Any:
        """The response to a visit; keyword arguments replace ids."""
        path = row.path.format(**self.ids | changes)
        return getattr(self.browsers[visitor], row.method)(path, row.data)


@pytest.fixture
def scene(cast: dict[str, Person], owner: Standing) -> Scene:
    people = {
        "owner": cast["owner"],
        "admin": cast["admin"],
        "member": cast["member"],
        "outsider": cast["of another mesh"],
        "banned": cast["removed"],
    }
    browsers = {"anonymous": Client()}
    for role, who in people.items():
        browsers[role] = Client()
        browsers[role].force_login(who.user)
    made = services.create_invite(by=owner, max_uses=10)
    return Scene(
        browsers,
        {
            "invite": made.invite.pk,
            "code": made.invite.code,
            "token": made.token,
            "carol": cast["member"].member.pk,
        },
    )


def things_of(mesh: Mesh) -> Any:
    """Whatever a page could change."""
    mesh.refresh_from_db()
    return (
        (mesh.name, mesh.slug, mesh.policy, mesh.archived_at, mesh.roster_version),
        list(Member.objects.filter(mesh=mesh).order_by("pk").values()),
        list(Invite.objects.filter(mesh=mesh).order_by("pk").values()),
        Ban.objects.filter(mesh=mesh).count(),
        AuditEntry.objects.count(),
        Mesh.objects.count(),
    )


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_each_visitor_gets(scene: Scene, row: Row, visitor: str) -> None:
    response = scene.visit(row, visitor)
    assert response.status_code == getattr(row, visitor)
    if visitor == "anonymous" and row.anonymous == 302:
        assert response.headers["Location"].startswith("/login?next=/")
    else:
        assert "/login" not in response.headers.get("Location", "")


@pytest.mark.parametrize("row", [r for r in ROWS if r.outsider == 404], ids=lambda row: row.name)
def test_what_belongs_to_others_looks_like_nothing(scene: Scene, row: Row) -> None:
    real = scene.visit(row, "outsider")
    unreal = getattr(scene.browsers["outsider"], row.method)(
        row.path.format(**dict.fromkeys(scene.ids, "no-such")).replace("/acme", "/no-such"),
        row.data,
    )
    assert real.status_code == unreal.status_code == 404
    assert _without_token(real.content) == _without_token(unreal.content)


@pytest.mark.parametrize("visitor", ["outsider", "banned", "anonymous"])
def test_nothing_that_others_send_changes_the_mesh(scene: Scene, mesh: Mesh, visitor: str) -> None:
    before = things_of(mesh)
    for row in ROWS:
        if row.route != "dashboard/new":
            scene.visit(row, visitor)
    assert things_of(mesh) == before


def test_a_member_changes_nothing_but_its_own_place(scene: Scene, mesh: Mesh) -> None:
    before = things_of(mesh)
    for row in ROWS:
        if row.route not in ("dashboard/new", "dashboard/meshes/<slug:slug>/leave"):
            scene.visit(row, "member")
    assert things_of(mesh) == before


@pytest.mark.parametrize("visitor", VISITORS)
def test_looking_changes_nothing(scene: Scene, mesh: Mesh, visitor: str) -> None:
    before = things_of(mesh)
    for row in ROWS:
        if row.method == "get":
            scene.visit(row, visitor)
    assert things_of(mesh) == before


@pytest.mark.parametrize("row", [r for r in ROWS if r.method == "post"], ids=lambda row: row.name)
def test_no_form_is_taken_from_another_site(
    scene: Scene, mesh: Mesh, cast: dict[str, Person], row: Row
) -> None:
    tricked = Client(enforce_csrf_checks=True)
    tricked.force_login(cast["owner"].user)
    before = things_of(mesh)
    path = row.path.format(**scene.ids)
    response = tricked.post(path, row.data, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert things_of(mesh) == before


@pytest.mark.parametrize("row", [r for r in ROWS if "{" in r.path], ids=lambda row: row.name)
def test_ids_of_another_mesh_lead_nowhere(scene: Scene, mesh: Mesh, row: Row) -> None:
    """mallory owns a mesh of her own, and puts the ids of acme's things into its addresses."""
    if "/acme" not in row.path:
        return
    before = things_of(mesh)
    path = row.path.format(**scene.ids).replace("/acme", "/lair")
    response = getattr(scene.browsers["outsider"], row.method)(path, row.data)
    assert response.status_code in (302, 404)
    assert things_of(mesh) == before


@pytest.mark.parametrize("pattern", sign_in.urlpatterns, ids=lambda pattern: str(pattern.name))
def test_pages_of_an_account_ask_who_it_is(pattern: Any) -> None:
    path = "/" + str(pattern.pattern).lstrip("^").split("(")[0].rstrip("$")
    response = Client().get(path)
    if path.startswith("/dashboard"):
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/login")
    else:
        assert response.status_code in (200, 302, 404)


def test_junk_in_addresses_is_nothing(scene: Scene) -> None:
    junk = ["%00", "..", "a'b", "acme%2F..", "%F0%9F%92%A9", "a" * 5000, "acme%0d%0aX: y"]
    for text in junk:
        for path in (f"/dashboard/meshes/{text}", f"/dashboard/meshes/acme/members/{text}/ban"):
            assert scene.browsers["owner"].get(path).status_code == 404
        assert scene.browsers["anonymous"].get(f"/i/{text}").status_code == 404
        assert scene.browsers["anonymous"].get(f"/join/{text}").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=1e9", "page=%00", "page=x", "q=%00"])
def test_junk_in_queries_is_a_page(scene: Scene, query: str) -> None:
    for path in ("", "/meshes/acme/members", "/meshes/acme/invites", "/meshes/acme/audit"):
        response = scene.browsers["owner"].get(f"/dashboard{path}?{query}&event={query}")
        assert response.status_code == 200


def _without_token(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrfmiddlewaretoken" not in line]
