"""Lists show the meshes one owns or belongs to, with role and counts, and no others."""

import pytest
from django.utils import timezone

from meshes import selectors
from meshes.models import Member, Mesh
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db


def test_cli_meshes_has_the_shape_that_clients_read(bob: Person, mesh: Mesh) -> None:
    (row,) = bob.call("get", "/cli/meshes").json()["meshes"]
    assert row == {
        "id": mesh.pk,
        "slug": "acme",
        "name": "Acme",
        "role": "admin",
        "is_owner": False,
        "member_count": 2,
        "active_peers": 0,
        "joined_at": row["joined_at"],
        "broker_url": "ws://localhost:7900/ws",
    }
    assert row["joined_at"].endswith("Z")


def test_my_meshes_is_a_bare_array(alice: Person, mesh: Mesh) -> None:
    assert alice.call("get", "/api/my/meshes").json() == [
        {"id": mesh.pk, "slug": "acme", "name": "Acme", "role": "owner", "member_count": 1}
    ]


def test_connected_peers_come_from_the_layer_above(
    alice: Person, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "active_peer_counter", selectors.nobody_active)
    selectors.register_active_peer_counter(lambda ids: dict.fromkeys(ids, 7))
    assert alice.call("get", "/cli/meshes").json()["meshes"][0]["active_peers"] == 7


def test_removed_members_see_and_count_for_nothing(alice: Person, erin: Person, mesh: Mesh) -> None:
    assert erin.call("get", "/cli/meshes").json() == {"meshes": []}
    assert alice.call("get", "/api/my/meshes").json()[0]["member_count"] == 1


def test_meshes_of_others_are_not_listed(mallory: Person, mesh: Mesh) -> None:
    assert [row["slug"] for row in mallory.call("get", "/api/my/meshes").json()] == ["lair"]


def test_two_keys_of_one_account_are_one_mesh_with_the_stronger_role(
    bob: Person, mesh: Mesh
) -> None:
    Member.objects.create(mesh=mesh, user=bob.user, pubkey="ab" * 32, display_name="Bob 2")
    (row,) = bob.call("get", "/api/my/meshes").json()
    assert row["role"] == "admin"


def test_an_owner_whose_own_key_was_removed_still_owns(alice: Person, mesh: Mesh) -> None:
    Member.objects.filter(mesh=mesh).update(revoked_at=timezone.now())
    (row,) = alice.call("get", "/cli/meshes").json()["meshes"]
    assert (row["role"], row["is_owner"]) == ("owner", True)


def test_listing_many_meshes_takes_the_same_number_of_queries(
    alice: Person, mesh: Mesh, django_assert_max_num_queries
) -> None:
    for number in range(20):
        made = Mesh.objects.create(slug=f"m{number}", name="M", owner=alice.user)
        Member.objects.create(mesh=made, user=alice.user, pubkey="", display_name="A", role="owner")
    with django_assert_max_num_queries(6):
        assert len(alice.call("get", "/cli/meshes").json()["meshes"]) == 21


def test_lists_need_a_bearer(anybody) -> None:
    assert anybody.get("/cli/meshes").status_code == 401
    assert anybody.get("/api/my/meshes").status_code == 401
