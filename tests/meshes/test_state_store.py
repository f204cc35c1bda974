"""Shared state: values as they were sent, limits, races, and what grants mean for it."""

import json
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError

from meshes import state_grants
from meshes.models import Member, Mesh, StateEntry
from meshes.services import state
from meshes.services.grants import set_grants
from meshes.services.state import StateLimits
from meshes.shared import visible_state
from tests.at_once import AT_ONCE, all_at_once
from tests.meshes.conftest import Person

LIMITS = StateLimits(keys=3, value_bytes=100, total_bytes=200)


def put(mesh: Mesh, who: Person, key: str, value: Any) -> state.Written:
    member = Member.objects.get(user=who.user)
    return state.set_state(
        mesh_id=mesh.pk,
        member_id=member.pk,
        session_key="",
        key=key,
        value=value,
        limits=LIMITS,
    )


def seen(mesh: Mesh, who: Person) -> dict[str, Any]:
    member = Member.objects.get(user=who.user)
    rows = visible_state(mesh_id=mesh.pk, member_id=member.pk, session_key="")
    return {row.key: json.loads(row.value) for row in rows}


def grant(who: Person, to: str, capabilities: list[str]) -> None:
    member = Member.objects.get(user=who.user)
    set_grants(mesh_id=member.mesh_id, member_id=member.pk, changes={to: capabilities})


def refused(code: str) -> Any:
    return pytest.raises(MeshError, match=f"^{code}:")


@pytest.mark.parametrize(
    "value",
    [
        0,
        False,
        "",
        "text",
        1.0,
        1e300,
        12345678901234567890123,
        [],
        {},
        {"b": 1, "a": [None, "ü🚀"]},
    ],
)
def test_a_value_comes_back_as_it_was(mesh: Mesh, carol: Person, value: Any) -> None:
    put(mesh, carol, "k", value)
    back = seen(mesh, carol)["k"]
    assert json.dumps(back) == json.dumps(value)


def test_the_last_writer_wins_and_is_named(mesh: Mesh, bob: Person, carol: Person) -> None:
    put(mesh, bob, "k", 1)
    assert put(mesh, carol, "k", 2).by == "Carol"
    assert seen(mesh, bob) == {"k": 2}
    assert StateEntry.objects.get().updated_by_name == "Carol"


def test_null_removes_a_key(mesh: Mesh, bob: Person, carol: Person) -> None:
    put(mesh, bob, "k", 1)
    put(mesh, carol, "k", None)
    assert seen(mesh, bob) == {}


def test_null_for_an_unset_key_changes_nothing(mesh: Mesh, carol: Person) -> None:
    put(mesh, carol, "k", None)
    assert seen(mesh, carol) == {}


def test_keys_are_taken_as_they_are(mesh: Mesh, carol: Person) -> None:
    put(mesh, carol, "Key", 1)
    put(mesh, carol, "key", 2)
    put(mesh, carol, "k'; DROP TABLE--", 3)
    assert seen(mesh, carol) == {"Key": 1, "key": 2, "k'; DROP TABLE--": 3}


def test_a_long_value_is_refused(mesh: Mesh, carol: Person) -> None:
    put(mesh, carol, "k", "ü" * 49)
    with refused("too_large"):
        put(mesh, carol, "k", "ü" * 50)
    assert seen(mesh, carol) == {"k": "ü" * 49}


def test_a_deep_value_is_refused(mesh: Mesh, carol: Person) -> None:
    deep: Any = 1
    for _ in range(31):
        deep = [deep]
    put(mesh, carol, "k", deep)
    with refused("too_large"):
        put(mesh, carol, "k", [deep])


def test_too_many_keys_are_refused_until_one_is_removed(mesh: Mesh, carol: Person) -> None:
    for key in "abc":
        put(mesh, carol, key, 1)
    with refused("too_large"):
        put(mesh, carol, "d", 1)
    put(mesh, carol, "c", 2)
    put(mesh, carol, "c", None)
    put(mesh, carol, "d", 1)


def test_the_total_counts_keys_and_what_is_replaced_not(mesh: Mesh, carol: Person) -> None:
    put(mesh, carol, "a", "x" * 97)
    put(mesh, carol, "b", "x" * 97)
    with refused("too_large"):
        put(mesh, carol, "c", 1)
    put(mesh, carol, "b", "y" * 97)


def test_limits_are_of_one_mesh(mesh: Mesh, carol: Person, mallory: Person) -> None:
    for key in "abc":
        put(mesh, carol, key, 1)
    put(Mesh.objects.get(owner=mallory.user), mallory, "a", 2)
    assert seen(mesh, carol)["a"] == 1


def test_a_stranger_reads_and_writes_nothing(mesh: Mesh, mallory: Person) -> None:
    with refused("unauthorized"):
        put(mesh, mallory, "k", 1)
    with refused("unauthorized"):
        seen(mesh, mallory)


def test_a_removed_member_reads_and_writes_nothing(mesh: Mesh, erin: Person) -> None:
    with refused("revoked"):
        put(mesh, erin, "k", 1)
    with refused("revoked"):
        seen(mesh, erin)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_entry(mesh: Mesh, carol: Person) -> None:
    results = all_at_once([lambda: put(mesh, carol, "k", 1).by] * AT_ONCE)
    assert set(results) == {"Carol"}
    assert StateEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_stop_at_the_limit(mesh: Mesh, carol: Person) -> None:
    def call(number: int) -> Any:
        return lambda: put(mesh, carol, f"k{number}", 1).by

    results = all_at_once([call(number) for number in range(AT_ONCE)])
    assert StateEntry.objects.count() == 3
    assert {e.code for e in results if isinstance(e, MeshError)} == {"too_large"}


def test_without_state_read_my_values_are_not_seen(
    mesh: Mesh, alice: Person, bob: Person, carol: Person
) -> None:
    put(mesh, bob, "bobs", 1)
    put(mesh, alice, "alices", 1)
    grant(bob, carol.keys.public, ["dm"])
    assert seen(mesh, carol) == {"alices": 1}
    assert seen(mesh, alice) == {"alices": 1, "bobs": 1}


def test_one_always_sees_what_one_wrote(mesh: Mesh, carol: Person) -> None:
    put(mesh, carol, "k", 1)
    grant(carol, carol.keys.public, [])
    assert seen(mesh, carol) == {"k": 1}


def test_an_entry_without_state_write_protects_my_values(
    mesh: Mesh, bob: Person, carol: Person
) -> None:
    Member.objects.filter(user=bob.user).update(role="member")
    put(mesh, bob, "k", 1)
    grant(bob, carol.keys.public, ["state-read"])
    for value in (2, None):
        with refused("forbidden"):
            put(mesh, carol, "k", value)
    grant(bob, carol.keys.public, ["state-read", "state-write"])
    put(mesh, carol, "k", 2)


def test_managers_change_protected_values(mesh: Mesh, alice: Person, carol: Person) -> None:
    put(mesh, carol, "k", 1)
    grant(carol, alice.keys.public, [])
    put(mesh, alice, "k", None)


def test_grants_of_a_removed_member_do_not_count(mesh: Mesh, bob: Person, carol: Person) -> None:
    put(mesh, bob, "k", 1)
    grant(bob, carol.keys.public, [])
    Member.objects.filter(user=bob.user).update(revoked_at="2026-01-01T00:00Z")
    assert seen(mesh, carol) == {"k": 1}
    put(mesh, carol, "k", 2)


def test_the_member_key_goes_before_the_session_key() -> None:
    grants = {"member": ["state-read"], "session": []}
    assert state_grants.may_read(grants, ["member", "session"])
    assert not state_grants.may_read(grants, ["other", "session"])
    assert not state_grants.may_write(grants, ["member"])
    assert state_grants.may_write({}, ["member"])
