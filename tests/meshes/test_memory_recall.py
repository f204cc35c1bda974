"""Recall: full text, ranked, within one mesh, whatever people type. On both databases."""

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshes import recall as searching
from meshes.fts5 import match_expression
from meshes.models import Member, Memory, Mesh
from meshes.services import memories
from tests.meshes.conftest import Person

HOSTILE = [
    '"',
    '""',
    '"unfinished',
    "'; DROP TABLE meshes_memory; --",
    "NEAR(a b, 2)",
    "a NEAR b",
    "*",
    "dep*",
    "^deploy",
    "content : deploy",
    "mesh_id : x",
    "{content} : deploy",
    "(((",
    "a AND",
    "OR",
    "or or or",
    "NOT deploy",
    "-deploy",
    "- - -",
    "a:*b & !c | (d",
    "<-> <2>",
    "%s %(x)s %",
    "\\",
    "deploy\\",
    "🚀 -🚀",
    "a\u2028b",
    " ".join(["word"] * 200),
    "-" + " -".join(["word"] * 200),
]


def keep(mesh: Mesh, who: Person, content: str, *tags: str) -> str:
    assert who.member is not None
    stored = memories.remember(
        mesh_id=mesh.pk,
        member_id=who.member.pk,
        memory_id=new_id(),
        content=content,
        tags=tags,
        max_bytes=32_768,
        max_memories=5_000,
    )
    return stored.public_id


def found(mesh: Mesh, who: Person, query: str) -> list[str]:
    assert who.member is not None
    rows = searching.recall(mesh_id=mesh.pk, member_id=who.member.pk, query=query)
    return [row.content for row in rows]


def test_words_are_found_in_any_form(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "We deploy on Fridays")
    keep(mesh, carol, "The cat sleeps")
    assert found(mesh, carol, "deploying") == ["We deploy on Fridays"]


def test_all_words_are_wanted(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "red apples")
    keep(mesh, carol, "red pears")
    assert found(mesh, carol, "red pears") == ["red pears"]


def test_or_makes_either_word_enough(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "apples")
    keep(mesh, carol, "pears")
    keep(mesh, carol, "plums")
    assert sorted(found(mesh, carol, "apples or pears")) == ["apples", "pears"]


def test_minus_excludes(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "red apples")
    keep(mesh, carol, "red pears")
    assert found(mesh, carol, "red -pears") == ["red apples"]


def test_minus_alone_leaves_the_rest(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "apples")
    keep(mesh, carol, "pears")
    assert found(mesh, carol, "-pears") == ["apples"]


def test_a_phrase_is_wanted_in_order(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "blue green")
    keep(mesh, carol, "green blue")
    assert found(mesh, carol, '"green blue"') == ["green blue"]


def test_tags_are_searched_and_weigh_more(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "the database was slow once")
    keep(mesh, carol, "indexes help", "database")
    assert found(mesh, carol, "database") == ["indexes help", "the database was slow once"]


def test_the_better_match_comes_first(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "staging staging staging")
    keep(mesh, carol, "a long story about many other things, and staging in passing")
    assert found(mesh, carol, "staging")[0] == "staging staging staging"


@pytest.mark.parametrize("query", ["example", "api.example.com", "deploy_key", "a/path", "path"])
def test_joined_words_are_found_by_their_parts(mesh: Mesh, carol: Person, query: str) -> None:
    keep(mesh, carol, "api.example.com has the deploy_key under /a/path")
    assert len(found(mesh, carol, query)) == 1


def test_a_word_too_common_to_index_is_no_mistake(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "the who")
    assert found(mesh, carol, "the") == ["the who"]


@pytest.mark.parametrize("query", ["", "   ", "***", '""'])
def test_without_words_the_newest_come_first(mesh: Mesh, carol: Person, query: str) -> None:
    keep(mesh, carol, "older")
    keep(mesh, carol, "newer")
    assert found(mesh, carol, query) == ["newer", "older"]


def test_at_most_twenty_come_back(mesh: Mesh, carol: Person) -> None:
    for number in range(25):
        keep(mesh, carol, f"note {number}")
    assert len(found(mesh, carol, "note")) == 20
    assert len(found(mesh, carol, "")) == 20


def test_results_fit_into_a_frame(
    mesh: Mesh, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MAX_CHARS", 10)
    for text in ("note aaaa", "note bbbb"):
        keep(mesh, carol, text)
    assert len(found(mesh, carol, "note")) == 1


def test_memories_of_another_mesh_are_not_found(mesh: Mesh, carol: Person, mallory: Person) -> None:
    keep(mesh, carol, "the secret plan")
    lair = Mesh.objects.get(owner=mallory.user)
    mallory.member = Member.objects.get(mesh=lair)
    assert found(lair, mallory, "secret") == []
    assert found(lair, mallory, "") == []
    assert found(lair, mallory, mesh.pk) == []


def test_a_removed_member_recalls_nothing(mesh: Mesh, erin: Person) -> None:
    erin.member = Member.objects.get(user=erin.user)
    with pytest.raises(MeshError, match="revoked"):
        found(mesh, erin, "")


def test_a_stranger_recalls_nothing(mesh: Mesh, mallory: Person) -> None:
    mallory.member = Member.objects.get(user=mallory.user)
    with pytest.raises(MeshError, match="unauthorized"):
        found(mesh, mallory, "")


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_only_search(mesh: Mesh, carol: Person, query: str) -> None:
    keep(mesh, carol, "we deploy")
    assert found(mesh, carol, query) in ([], ["we deploy"])
    assert Memory.objects.count() == 1


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_a_query(mesh: Mesh, carol: Person, query: str) -> None:
    found(mesh, carol, query)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text('ab"-*^:(){}+ORNEAT\\ ', max_size=40))
def test_any_syntax_is_a_query(mesh: Mesh, carol: Person, query: str) -> None:
    found(mesh, carol, query)


def test_every_term_reaches_fts5_quoted() -> None:
    assert match_expression('m"1', "a") == 'mesh_id : "m""1" AND {content tags} : (("a"))'
    expression = match_expression("m1", 'NEAR(a b) "c d" or -e:*')
    assert expression == (
        '(mesh_id : "m1" AND {content tags} : (("NEAR(a" AND "b)" AND "c d")))'
        ' NOT {content tags} : ("e:*")'
    )


def test_the_index_forgets_with_the_row(mesh: Mesh, carol: Person) -> None:
    assert carol.member is not None
    memory_id = keep(mesh, carol, "a passing thought")
    memories.forget(mesh_id=mesh.pk, member_id=carol.member.pk, memory_id=memory_id)
    keep(mesh, carol, "another thought")
    assert found(mesh, carol, "passing") == []


def test_the_index_follows_a_change_of_the_row(mesh: Mesh, carol: Person) -> None:
    keep(mesh, carol, "first version", "old")
    Memory.objects.update(content="second version", tags="new", remembered_at=timezone.now())
    assert found(mesh, carol, "first or old") == []
    assert found(mesh, carol, "second new") == ["second version"]
