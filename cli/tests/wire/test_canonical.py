"""Canonical strings: one string, one meaning, whatever a peer puts into a field."""

import inspect

import pytest
from claudemesh_wire import canonical
from hypothesis import given
from hypothesis import strategies as st

#: Function -> the one field that may hold `|` ("" if none may).
FREE = {
    canonical.hello_v1: "",
    canonical.hello_v2: "session_id",
    canonical.group: "target_spec",
    canonical.invite_v1: "",
    canonical.invite_v2: "",
    canonical.claim: "",
    canonical.sync: "",
    canonical.hook: "session_id",
    canonical.group_key_context: "",
}
BARRED = st.text(alphabet="ab|1", max_size=6)
BARLESS = st.text(alphabet="ab1", max_size=6)
NUMBER = st.integers(0, 20)


def fields(function, *, free: st.SearchStrategy[str] = BARRED) -> st.SearchStrategy[dict]:
    """Arguments that the function accepts, small enough that collisions would be found."""
    of_type = {int: NUMBER, str: BARLESS}
    return st.fixed_dictionaries(
        {
            name: free if name == FREE[function] else of_type[parameter.annotation]
            for name, parameter in inspect.signature(function).parameters.items()
        }
    )


@pytest.mark.parametrize("function", FREE)
@given(data=st.data())
def test_two_statements_never_share_a_string(function, data) -> None:
    one, other = data.draw(fields(function)), data.draw(fields(function))
    if one != other:
        assert function(**one) != function(**other)


@pytest.mark.parametrize("function", FREE)
def test_separator_is_refused_outside_the_free_field(function) -> None:
    parameters = inspect.signature(function).parameters
    good = {name: 1 if p.annotation is int else "a" for name, p in parameters.items()}
    for name, parameter in parameters.items():
        if parameter.annotation is not str or name in (FREE[function], "text"):
            continue
        with pytest.raises(canonical.CanonicalError):
            function(**{**good, name: "a|b"})


def test_session_id_may_hold_separators() -> None:
    """A peer chooses its session id; that it cannot shift nonce or timestamp is shown above."""
    string = canonical.hello_v2("m", "a", "k", "s", "x|forged|9", "nonce", 7)
    assert string == "claudemesh-hello|2|m|a|k|s|x|forged|9|nonce|7"


def test_text_of_a_group_message_enters_as_a_digest() -> None:
    string = canonical.group("m", 0, "*", "n", "secret|text")
    assert "secret" not in string
    assert string.count("|") == 6


def test_kinds_of_statements_are_told_apart() -> None:
    """All but the old ones begin with a word of their own; those are told apart by their shape."""
    heads = [
        canonical.hello_v2("m", "a", "k", "s", "i", "n", 1),
        canonical.group("m", 0, "*", "n", "t"),
        canonical.claim("c", "p", "r"),
        canonical.sync("t", "p", "r"),
        canonical.hook("m", "s", "idle", 1),
        canonical.invite_v1("m", "s", "u", 1, "k", "r", "o"),
        canonical.invite_v2("m", "i", 1, "r", "o"),
        canonical.group_key_context("m", 0),
    ]
    assert len({head.split("|")[0] for head in heads}) == len(heads)
