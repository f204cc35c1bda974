"""Members see each other; each edits what the mesh lets them, roles only the owner."""

from typing import Any

import pytest

from meshes.models import Member, Mesh
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db


def patch(who: Person, member: Person, **body: Any) -> tuple[int, dict]:
    response = who.call("patch", f"/cli/mesh/acme/members/{member.member.pk}", body)
    return response.status_code, response.json()


def test_members_see_members_in_the_order_they_joined(
    alice: Person, bob: Person, carol: Person, erin: Person
) -> None:
    rows = carol.call("get", "/cli/mesh/acme/members").json()["members"]
    assert [row["display_name"] for row in rows] == ["Alice", "Bob", "Carol"]
    assert [row["is_you"] for row in rows] == [False, False, True]
    assert rows[2] == {
        "id": carol.member.pk,
        "display_name": "Carol",
        "pubkey": carol.keys.public,
        "role": "member",
        "role_tag": "",
        "groups": [],
        "message_mode": "push",
        "joined_at": rows[2]["joined_at"],
        "suspended": False,
        "is_you": True,
    }


def test_a_member_edits_its_own_profile(carol: Person) -> None:
    status, body = patch(
        carol,
        carol,
        display_name="Carol C.",
        role_tag="reviewer",
        groups=[{"name": "backend", "role": "lead"}, {"name": "ops"}],
        message_mode="inbox",
    )
    assert status == 200
    assert (body["display_name"], body["role_tag"]) == ("Carol C.", "reviewer")
    assert body["groups"] == [{"name": "backend", "role": "lead"}, {"name": "ops"}]
    assert body["message_mode"] == "inbox"


@pytest.mark.parametrize(
    ("policy_name", "change"),
    [
        ("displayName", {"display_name": "X"}),
        ("roleTag", {"role_tag": "x"}),
        ("groups", {"groups": []}),
        ("messageMode", {"message_mode": "off"}),
    ],
)
def test_what_the_policy_closes_members_cannot_edit_but_admins_can(
    alice: Person, bob: Person, carol: Person, policy_name: str, change: dict
) -> None:
    alice.call("patch", "/cli/mesh/acme", {"policy": {"selfEditable": {policy_name: False}}})
    status, body = patch(carol, carol, **change)
    assert (status, body["error"]) == (403, "forbidden")
    assert patch(bob, carol, **change)[0] == 200


def test_the_owner_makes_and_unmakes_admins(alice: Person, carol: Person) -> None:
    assert patch(alice, carol, role="admin")[1]["role"] == "admin"
    assert patch(alice, carol, role="member")[1]["role"] == "member"


def test_the_owners_role_cannot_be_changed(alice: Person, mesh: Mesh) -> None:
    status, body = patch(alice, alice, role="member")
    assert (status, body["error"]) == (422, "invalid")


def test_an_admin_cannot_raise_itself_or_others(bob: Person, carol: Person) -> None:
    assert patch(bob, bob, role="admin")[0] == 403
    assert patch(bob, carol, role="admin", display_name="X")[0] == 403
    assert Member.objects.get(pk=carol.member.pk).display_name == "Carol"


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"role": "owner"},
        {"role": None},
        {"pubkey": "ab" * 32},
        {"display_name": ""},
        {"display_name": "a\x00"},
        {"role_tag": "x" * 65},
        {"role_tag": 5},
        {"groups": "backend"},
        {"groups": ["backend"]},
        {"groups": [{"role": "lead"}]},
        {"groups": [{"name": "x" * 65}]},
        {"groups": [{"name": "x"}] * 65},
        {"groups": {"name": "x"}},
        {"message_mode": "loud"},
        {"message_mode": ["push"]},
    ],
    ids=lambda bad: repr(bad)[:40],
)
def test_a_bad_change_changes_nothing(alice: Person, carol: Person, bad: dict) -> None:
    before = Member.objects.filter(pk=carol.member.pk).values().get()
    status, body = patch(alice, carol, **bad)
    assert (status, body["error"]) == (400, "malformed")
    assert Member.objects.filter(pk=carol.member.pk).values().get() == before


def test_a_removed_member_cannot_be_edited(alice: Person, erin: Person) -> None:
    assert patch(alice, erin, display_name="X")[0] == 404


def test_a_member_of_another_mesh_cannot_be_edited(
    alice: Person, mesh: Mesh, mallory: Person
) -> None:
    mallory.member = Member.objects.get(user=mallory.user)
    assert patch(alice, mallory, display_name="X")[0] == 404


def test_a_change_bumps_the_roster_version(carol: Person, mesh: Mesh) -> None:
    before = Mesh.objects.get(pk=mesh.pk).roster_version
    patch(carol, carol, message_mode="off")
    assert Mesh.objects.get(pk=mesh.pk).roster_version == before + 1


def test_a_refused_change_does_not(bob: Person, carol: Person, mesh: Mesh) -> None:
    before = Mesh.objects.get(pk=mesh.pk).roster_version
    patch(carol, bob, message_mode="off")
    assert Mesh.objects.get(pk=mesh.pk).roster_version == before
