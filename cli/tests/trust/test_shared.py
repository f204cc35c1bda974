"""state, remember, recall, forget: what goes out, what is shown."""

import io
import sys

import pytest
from claudemesh_wire.broker import Error, MemoryResults, MemoryStored, StateList, StateResult
from claudemesh_wire.client import Forget, GetState, ListState, Recall, Remember, SetState
from claudemesh_wire.fields import Memory, StateEntry

WHEN = "2030-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("1.5",), 1.5),
        (('{"a": [true]}',), {"a": [True]}),
        (("two words",), "two words"),
        (("NaN",), "NaN"),
        (("null",), None),
        (("1.5", "--text"), "1.5"),
    ],
)
def test_set_takes_json_or_text(claudemesh, broker, arguments, value) -> None:
    result = claudemesh("state", "set", "version", *arguments, "--json")
    assert result.json == {"mesh": "team", "key": "version", "value": value}
    assert broker.requests == [SetState(key="version", value=value, req_id="1")]


def test_set_reads_stdin(claudemesh, broker, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[1, 2]\n"), "utf-8"))
    claudemesh("state", "set", "list", "-")
    assert broker.requests == [SetState(key="list", value=[1, 2], req_id="1")]


def test_get_prints_text_as_it_is_and_the_rest_as_json(claudemesh, broker) -> None:
    values = iter(["plain\x1b[2J", {"a": 1}])
    broker.replies[GetState] = lambda message: StateResult(
        key=message.key, value=next(values), updated_by="bob", updated_at=WHEN
    )
    assert claudemesh("state", "get", "k").out == "plain\\x1b[2J\n"
    assert claudemesh("state", "get", "k").out == '{"a": 1}\n'


def test_get_json_says_who_and_when(claudemesh, broker) -> None:
    broker.replies[GetState] = lambda message: StateResult(
        key=message.key, value=[1], updated_by="bob", updated_at=WHEN
    )
    assert claudemesh("state", "get", "k", "--json").json == {
        "mesh": "team",
        "key": "k",
        "value": [1],
        "updated_by": "bob",
        "updated_at": WHEN,
    }


def test_an_unset_key_is_not_found(claudemesh, broker) -> None:
    broker.replies[GetState] = lambda _: StateResult()
    assert claudemesh("state", "get", "nothing").code == 5


@pytest.mark.parametrize("arguments", [("state",), ("state", "list")])
def test_list_shows_all(claudemesh, broker, arguments) -> None:
    entry = StateEntry(key="a\nb", value="x", updated_by="bob", updated_at=WHEN)
    broker.replies[ListState] = lambda _: StateList(entries=[entry])
    assert claudemesh(*arguments, "--json").json["entries"] == [
        {"key": "a\nb", "value": "x", "updated_by": "bob", "updated_at": WHEN}
    ]
    assert "a b" in claudemesh(*arguments).out


@pytest.mark.parametrize("key", ["", "k" * 257])
def test_a_bad_key_is_refused_here(claudemesh, broker, key) -> None:
    assert claudemesh("state", "get", key).code == 3
    assert broker.requests == []


def test_a_refused_write_is_not_permitted(claudemesh, broker) -> None:
    broker.request_error = Error(code="forbidden", message="bob does not let you.")
    assert claudemesh("state", "set", "k", "v").code == 7


def test_remember_sends_text_and_tags(claudemesh, broker) -> None:
    broker.replies[Remember] = lambda _: MemoryStored(id="note-1")
    result = claudemesh("remember", "use", "port", "7900", "--tag", "ops", "--json")
    assert result.json == {"mesh": "team", "id": "note-1"}
    assert broker.requests == [Remember(content="use port 7900", tags=["ops"], req_id="1")]


@pytest.mark.parametrize("text", [" ", "x" * 32_769])
def test_an_empty_or_endless_note_is_refused_here(claudemesh, broker, text) -> None:
    assert claudemesh("remember", text).code == 3
    assert broker.requests == []


def test_recall_shows_notes_with_their_ids(claudemesh, broker) -> None:
    note = Memory(
        id="note-1", content="a\x1b[2J\nb", tags=["ops"], remembered_by="bob", remembered_at=WHEN
    )
    broker.replies[Recall] = lambda _: MemoryResults(memories=[note])
    shown = claudemesh("recall", "which", "port").out
    assert "\x1b[2J" not in shown
    assert all(part in shown for part in ("note-1", "bob", "#ops"))
    assert broker.requests[0] == Recall(query="which port", req_id="1")
    assert claudemesh("recall", "port", "--json").json["memories"] == [
        {
            "id": "note-1",
            "content": "a\x1b[2J\nb",
            "tags": ["ops"],
            "remembered_by": "bob",
            "remembered_at": WHEN,
        }
    ]


def test_nothing_found_is_said(claudemesh, broker) -> None:
    broker.replies[Recall] = lambda _: MemoryResults(memories=[])
    assert claudemesh("recall", "x").out == "Nothing found.\n"


def test_forget_names_the_note(claudemesh, broker) -> None:
    assert claudemesh("forget", "note-1", "--json").json == {"mesh": "team", "forgotten": "note-1"}
    assert broker.requests == [Forget(memory_id="note-1", req_id="1")]


def test_forgetting_what_is_not_there_is_not_found(claudemesh, broker) -> None:
    broker.request_error = Error(code="not_found", message="No such note.")
    assert claudemesh("forget", "note-1").code == 5
