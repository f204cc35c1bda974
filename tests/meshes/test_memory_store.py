"""Remembering and forgetting: limits, and who may."""

from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id
from django.db import connection

from meshes.models import Member, Memory, Mesh
from meshes.services import memories
from tests.at_once import AT_ONCE, all_at_once
from tests.meshes.conftest import Person


def remember(mesh: Mesh, who: Person, content: str = "a note", **changed: Any) -> Memory:
    member = Member.objects.get(user=who.user)
    asked: dict[str, Any] = {
        "memory_id": new_id(),
        "tags": (),
        "max_bytes": 100,
        "max_memories": 10,
        **changed,
    }
    return memories.remember(mesh_id=mesh.pk, member_id=member.pk, content=content, **asked)


def forget(mesh: Mesh, who: Person, memory: Memory) -> None:
    member = Member.objects.get(user=who.user)
    memories.forget(mesh_id=mesh.pk, member_id=member.pk, memory_id=memory.public_id)


def refused(code: str) -> Any:
    return pytest.raises(MeshError, match=f"^{code}:")


def test_tags_are_trimmed_and_kept_once(mesh: Mesh, carol: Person) -> None:
    kept = remember(mesh, carol, tags=["a", " two\nlines ", "", "  ", "a"])
    assert kept.tag_list == ["a", "two lines"]


def test_a_memory_without_tags_has_none(mesh: Mesh, carol: Person) -> None:
    assert remember(mesh, carol).tag_list == []


def test_it_says_who_remembered(mesh: Mesh, carol: Person) -> None:
    assert remember(mesh, carol).remembered_by_name == "Carol"


def test_blank_is_nothing_to_remember(mesh: Mesh, carol: Person) -> None:
    with refused("malformed"):
        remember(mesh, carol, " \n\t ")


def test_size_counts_bytes_and_tags(mesh: Mesh, carol: Person) -> None:
    remember(mesh, carol, "ä" * 49, tags=["ab"])
    with refused("too_large"):
        remember(mesh, carol, "ä" * 49, tags=["abc"])


def test_a_full_mesh_keeps_no_more(mesh: Mesh, carol: Person) -> None:
    first = remember(mesh, carol, max_memories=1)
    with refused("too_large"):
        remember(mesh, carol, max_memories=1)
    forget(mesh, carol, first)
    remember(mesh, carol, max_memories=1)


def test_the_same_id_again_is_the_same_memory(mesh: Mesh, carol: Person) -> None:
    memory_id = new_id()
    once = remember(mesh, carol, memory_id=memory_id)
    assert remember(mesh, carol, memory_id=memory_id) == once


@pytest.mark.parametrize("who", ["carol", "bob", "alice"])
def test_author_admin_and_owner_may_forget(
    mesh: Mesh, carol: Person, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    forget(mesh, person, remember(mesh, carol))
    assert not Memory.objects.exists()


def test_another_member_may_not_forget(mesh: Mesh, bob: Person, carol: Person) -> None:
    kept = remember(mesh, bob)
    with refused("not_found"):
        forget(mesh, carol, kept)


def test_a_memory_of_another_mesh_is_not_there(mesh: Mesh, carol: Person, mallory: Person) -> None:
    kept = remember(mesh, carol)
    lair = Mesh.objects.get(owner=mallory.user)
    with refused("not_found"):
        forget(lair, mallory, kept)
    with refused("unauthorized"):
        forget(mesh, mallory, kept)


def test_a_removed_member_neither_remembers_nor_forgets(mesh: Mesh, erin: Person) -> None:
    with refused("revoked"):
        remember(mesh, erin)
    with refused("revoked"):
        forget(mesh, erin, Memory(public_id="x"))


def test_an_archived_mesh_remembers_nothing(mesh: Mesh, carol: Person) -> None:
    Mesh.objects.update(archived_at="2026-01-01T00:00Z")
    with refused("unauthorized"):
        remember(mesh, carol)


@pytest.mark.django_db(transaction=True)
def test_remembering_at_once_stops_at_the_limit(mesh: Mesh, carol: Person) -> None:
    results = all_at_once([lambda: remember(mesh, carol).pk] * AT_ONCE)
    assert Memory.objects.count() == 10
    assert {e.code for e in results if isinstance(e, MeshError)} == {"too_large"}


def test_the_index_is_used_on_postgresql(mesh: Mesh, carol: Person) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's FTS5 is its own index")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM meshes_memory"
            " WHERE search @@ websearch_to_tsquery('english', 'note')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "meshes_memory_search" in plan
