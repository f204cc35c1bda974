"""The owner renames, moves, governs and closes a mesh; everybody above hears of it."""

from typing import Any

import pytest

from meshes import policy, services, signals
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    """What was announced: (signal's name, keyword arguments)."""
    said: list[tuple[str, dict[str, Any]]] = []
    names = ("roster_changed", "mesh_archived")

    def listener(name: str) -> Any:
        return lambda signal, sender, **said_with: said.append((name, said_with))

    listeners = {name: listener(name) for name in names}
    for name, receiver in listeners.items():
        getattr(signals, name).connect(receiver)
    yield said
    for name, receiver in listeners.items():
        getattr(signals, name).disconnect(receiver)


def patch(who: Person, **body: Any) -> tuple[int, dict]:
    response = who.call("patch", "/cli/mesh/acme", body)
    return response.status_code, response.json()


def test_a_mesh_is_renamed_and_moved(alice: Person, mesh: Mesh) -> None:
    status, body = patch(alice, name="New name", slug="new-slug")
    assert status == 200
    assert body == {
        "id": mesh.pk,
        "slug": "new-slug",
        "name": "New name",
        "policy": policy.DEFAULT_POLICY,
    }
    assert alice.call("get", "/cli/mesh/new-slug/members").status_code == 200


def test_a_taken_slug_is_refused_and_nothing_is_changed(
    alice: Person, mallory: Person, mesh: Mesh
) -> None:
    status, body = patch(alice, name="New name", slug="lair")
    assert (status, body["error"]) == (409, "exists")
    assert Mesh.objects.get(pk=mesh.pk).name == "Acme"


def test_policy_is_changed_field_by_field(alice: Person, mesh: Mesh) -> None:
    patch(alice, policy={"selfEditable": {"roleTag": False}})
    _, body = patch(alice, policy={"allowPlaintext": True})
    assert body["policy"]["allowPlaintext"] is True
    assert body["policy"]["selfEditable"] == {
        "displayName": True,
        "roleTag": False,
        "groups": True,
        "messageMode": True,
    }


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"unknown": 1},
        {"name": ""},
        {"name": None},
        {"slug": "Bad Slug"},
        {"slug": None},
        {"policy": 5},
        {"policy": []},
        {"policy": {"unknown": True}},
        {"policy": {"allowPlaintext": "yes"}},
        {"policy": {"allowPlaintext": 1}},
        {"policy": {"allowPlaintext": None}},
        {"policy": {"selfEditable": {"roleTag": "no"}}},
        {"policy": {"selfEditable": True}},
    ],
    ids=repr,
)
def test_a_bad_change_changes_nothing(alice: Person, mesh: Mesh, bad: dict) -> None:
    before = Mesh.objects.values().get()
    status, body = patch(alice, **bad)
    assert (status, body["error"]) == (400, "malformed")
    assert Mesh.objects.values().get() == before


def test_a_change_bumps_the_roster_and_is_announced_after_commit(
    alice: Person, mesh: Mesh, heard: list, django_capture_on_commit_callbacks
) -> None:
    before = mesh.roster_version
    with django_capture_on_commit_callbacks(execute=True):
        patch(alice, policy={"allowPlaintext": True})
        assert heard == []
    mesh.refresh_from_db()
    assert mesh.roster_version == before + 1
    assert heard == [("roster_changed", {"mesh_id": mesh.pk})]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_spoils_nothing(alice: Person, mesh: Mesh, heard: list) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("a bug above")

    signals.roster_changed.connect(broken)
    try:
        assert patch(alice, name="New")[0] == 200
    finally:
        signals.roster_changed.disconnect(broken)
    assert heard


def test_archiving_closes_the_mesh_for_everybody(
    alice: Person, bob: Person, owner: Standing, heard: list, django_capture_on_commit_callbacks
) -> None:
    services.create_invite(by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.call("delete", "/cli/mesh/acme").json() == {"ok": True}
    assert ("mesh_archived", {"mesh_id": owner.mesh.pk}) in heard
    assert Invite.objects.get().status() == "revoked"
    assert Member.objects.filter(mesh=owner.mesh).count() == 2
    assert bob.call("get", "/api/my/meshes").json() == []
    assert alice.call("get", "/cli/meshes").json() == {"meshes": []}
    assert alice.call("get", "/cli/mesh/acme/members").status_code == 404
    assert alice.call("delete", "/cli/mesh/acme").status_code == 404


def test_rename_by_the_short_way(alice: Person, mesh: Mesh) -> None:
    response = alice.call("patch", "/api/my/meshes/acme", {"name": "Short"})
    assert (response.status_code, response.json()["name"]) == (200, "Short")
