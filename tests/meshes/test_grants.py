"""Grants over HTTP and as a service: whose, merged how, and what is refused."""

from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import generate_keypair
from django.db import connection

from meshes.models import Member, Mesh
from meshes.services import grants
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
KEY = "ab" * 32
PATH = "/cli/mesh/acme/grants"


def change(who: Person, entries: Any) -> Any:
    return who.call("post", PATH, {"grants": entries})


def test_grants_are_merged_key_by_key(bob: Person, carol: Person) -> None:
    change(carol, {bob.keys.public: ["read"], KEY: []})
    response = change(carol, {KEY: ["dm", "dm", "broadcast"]})
    expected = {bob.keys.public: ["read"], KEY: ["broadcast", "dm"]}
    assert (response.status_code, response.json()) == (200, {"grants": expected})


def test_null_resets_a_key_to_the_defaults(carol: Person) -> None:
    change(carol, {KEY: []})
    assert change(carol, {KEY: None}).json() == {"grants": {}}


def test_an_empty_list_is_kept_for_it_blocks(carol: Person) -> None:
    assert change(carol, {KEY: []}).json() == {"grants": {KEY: []}}


def test_only_the_caller_s_own_grants_change(bob: Person, carol: Person) -> None:
    change(carol, {KEY: []})
    assert Member.objects.get(pk=bob.member.pk).grants == {}


def test_a_change_moves_the_roster_version(carol: Person, mesh: Mesh) -> None:
    before = Mesh.objects.get(pk=mesh.pk).roster_version
    change(carol, {KEY: []})
    assert Mesh.objects.get(pk=mesh.pk).roster_version == before + 1


@pytest.mark.parametrize(
    "entries",
    [
        None,
        [],
        "all",
        {"not-a-key": []},
        {KEY.upper(): []},
        {KEY: "dm"},
        {KEY: ["fly"]},
        {KEY: [1]},
        {KEY: [None]},
        {KEY: {"dm": True}},
        {KEY: ["dm"] * 17},
        {KEY + "\n": []},
    ],
)
def test_what_is_no_grant_is_refused_and_nothing_stored(carol: Person, entries: Any) -> None:
    response = change(carol, entries)
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
    assert Member.objects.get(pk=carol.member.pk).grants == {}


def test_there_is_a_limit_to_entries(
    carol: Person, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "MAX_ENTRIES", 2)
    change(carol, {KEY: []})
    more = {generate_keypair().public: [] for _ in range(2)}
    response = change(carol, more)
    assert (response.status_code, response.json()["error"]) == (413, "too_large")
    assert Member.objects.get(pk=carol.member.pk).grants == {KEY: []}


def test_a_removed_member_changes_nothing(erin: Person, mesh: Mesh) -> None:
    with pytest.raises(MeshError) as refused:
        grants.set_grants(mesh_id=mesh.pk, member_id=erin.member.pk, changes={KEY: []})
    assert refused.value.code == "unauthorized"


def test_an_owner_whose_keys_never_joined_has_no_grants(alice: Person, mesh: Mesh) -> None:
    Member.objects.filter(mesh=mesh, user=alice.user).update(user=None)
    response = change(alice, {KEY: []})
    assert (response.status_code, response.json()["error"]) == (403, "unauthorized")


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_postgresql_finds_entries_by_an_index(mesh: Mesh) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'member_grants_gin'")
        assert "USING gin" in cursor.fetchone()[0]
