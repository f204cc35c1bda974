"""Canonical JSON: one text for one value, and none for what would be ambiguous."""

import json
from enum import Enum
from typing import Any

import pytest
from claudemesh_wire.canonical_json import (
    MAX_DEPTH,
    MAX_INTEGER,
    CanonicalJsonError,
    canonical_json,
)
from hypothesis import given
from hypothesis import strategies as st

text = st.text(st.characters(exclude_categories=["Cs"]))
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=30,
)


class Role(str, Enum):
    """As Django's text choices are."""

    OWNER = "owner"


@given(values)
def test_it_is_what_an_independent_encoder_writes(value: Any) -> None:
    """Python's own encoder sorts by code point and escapes as RFC 8785, section 3.2.2, asks."""
    reference = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == reference.encode()


@given(values)
def test_it_reads_back_as_the_same_value(value: Any) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(text, integers, min_size=2, max_size=8))
def test_the_order_of_keys_makes_no_difference(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)


@given(values, values)
def test_two_values_have_one_text_only_if_they_are_one(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical_json(one) == canonical_json(other)) == same


def test_text_is_not_normalized() -> None:
    assert canonical_json("\u00e9") != canonical_json("e\u0301")


def test_an_enum_of_text_is_its_text() -> None:
    assert canonical_json({"role": Role.OWNER}) == b'{"role":"owner"}'


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        1.0,
        float("nan"),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        b"bytes",
        (1, 2),
        {1, 2},
        {1: "a"},
        {None: "a"},
        object(),
        "\ud800",
        {"\udfff": 1},
    ],
    ids=repr,
)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_what_has_no_canonical_text_is_refused_at_any_depth(value: Any, depth: int) -> None:
    for _ in range(depth):
        value = [{"inner": value}]
    with pytest.raises(CanonicalJsonError):
        canonical_json(value)


def test_nesting_is_bounded() -> None:
    deepest: Any = "leaf"
    for _ in range(MAX_DEPTH):
        deepest = [deepest]
    canonical_json(deepest)
    with pytest.raises(CanonicalJsonError):
        canonical_json([deepest])


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(CanonicalJsonError):
        canonical_json(endless)
