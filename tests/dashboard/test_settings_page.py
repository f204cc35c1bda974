"""Settings, archiving and leaving: who may, and what it takes."""

from collections.abc import Callable

import pytest

from meshes import policy
from meshes.models import Member, Mesh
from tests.dashboard.conftest import Browser
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]
PAGE = "/dashboard/meshes/acme"
FORM = {"name": "Acme", "slug": "acme", "audit_messages": "on", "self_editable": ["displayName"]}


def test_the_owner_changes_name_slug_and_policy(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    page = browse(cast["owner"]).send(
        f"{PAGE}/settings", **FORM | {"name": "Apex", "slug": "apex", "allow_plaintext": "on"}
    )
    assert "Saved." in page
    mesh.refresh_from_db()
    rules = policy.effective(mesh.policy)
    assert (mesh.name, mesh.slug, rules["allowPlaintext"]) == ("Apex", "apex", True)
    assert rules["selfEditable"] == {
        "displayName": True,
        "roleTag": False,
        "groups": False,
        "messageMode": False,
    }
    browse(cast["owner"]).get(PAGE, 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Not A Slug"},
        {"slug": "lair"},
        {"slug": ""},
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\u202eb"},
        {"self_editable": ["everything"]},
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    browse: Browse, cast: dict[str, Person], mesh: Mesh, wrong: dict[str, object]
) -> None:
    page = browse(cast["owner"]).send(f"{PAGE}/settings", **FORM | wrong)
    assert "errorlist" in page
    assert f'href="{PAGE}/members"' in page
    mesh.refresh_from_db()
    assert (mesh.name, mesh.slug) == ("Acme", "acme")


def test_members_read_the_settings(browse: Browse, cast: dict[str, Person]) -> None:
    page = browse(cast["admin"]).get(f"{PAGE}/settings")
    assert "The owner changes these." in page
    assert 'name="slug"' not in page
    assert "/archive" not in page


def test_a_mesh_is_archived_by_typing_its_slug(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    alice = browse(cast["owner"])
    assert "That is not acme." in alice.send(f"{PAGE}/archive", slug="Acme")
    mesh.refresh_from_db()
    assert mesh.archived_at is None
    assert "Acme is archived." in alice.send(f"{PAGE}/archive", slug="acme")
    mesh.refresh_from_db()
    assert mesh.archived_at is not None
    for who in ("owner", "member"):
        browse(cast[who]).get(PAGE, 404)


def test_a_member_leaves(browse: Browse, cast: dict[str, Person]) -> None:
    carol = browse(cast["member"])
    assert "Leave <bdi>Acme</bdi>?" in carol.get(f"{PAGE}/leave")
    assert "You have left Acme." in carol.send(f"{PAGE}/leave")
    carol.get(PAGE, 404)
    assert Member.objects.get(pk=cast["member"].member.pk).revoked_at is not None


def test_the_owner_does_not_leave(browse: Browse, cast: dict[str, Person]) -> None:
    assert "The owner cannot leave" in browse(cast["owner"]).send(f"{PAGE}/leave")
    browse(cast["owner"]).get(PAGE)
