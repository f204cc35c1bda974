"""The codec: every message comes back as it went, and nothing but DecodeFailure comes out."""

import contextlib
import typing
from typing import Any

import msgspec
import pytest
from claudemesh_wire import codec
from claudemesh_wire.broker import BrokerMessage
from claudemesh_wire.client import ClientMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect as shapes

CLIENT, BROKER = typing.get_args(ClientMessage), typing.get_args(BrokerMessage)
#: The database cannot store NUL, so the broker's decoder refuses it.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(LETTERS, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS), inner, max_size=3)
    ),
    max_leaves=5,
)


def texts(shape: shapes.StrType) -> st.SearchStrategy[str]:
    if shape.pattern:
        return st.from_regex(shape.pattern, alphabet=LETTERS, fullmatch=True).filter(
            lambda text: len(text) <= (shape.max_length or 256)
        )
    longest = min(shape.max_length or 40, 40)
    return st.text(LETTERS, min_size=shape.min_length or 0, max_size=longest)


def integers(shape: shapes.IntType) -> st.SearchStrategy[int]:
    lowest = -(2**63) if shape.ge is None else shape.ge
    return st.integers(lowest, 2**63 - 1 if shape.le is None else shape.le)


def lists(shape: shapes.ListType) -> st.SearchStrategy[list[Any]]:
    return st.lists(values(shape.item_type), max_size=min(shape.max_length or 3, 3))


def structs(shape: shapes.StructType) -> st.SearchStrategy[Any]:
    required = {field.name: values(field.type) for field in shape.fields if field.required}
    optional = {field.name: values(field.type) for field in shape.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda args: shape.cls(**args))


MAKERS = {
    shapes.StrType: texts,
    shapes.IntType: integers,
    shapes.ListType: lists,
    shapes.StructType: structs,
    shapes.FloatType: lambda _: st.floats(allow_nan=False, allow_infinity=False),
    shapes.BoolType: lambda _: st.booleans(),
    shapes.NoneType: lambda _: st.none(),
    shapes.AnyType: lambda _: JSON,
    shapes.LiteralType: lambda shape: st.sampled_from(shape.values),
    shapes.UnionType: lambda shape: st.one_of([values(kind) for kind in shape.types]),
    shapes.DictType: lambda shape: st.dictionaries(
        values(shape.key_type), values(shape.value_type), max_size=3
    ),
    shapes.Metadata: lambda shape: values(shape.type),
    shapes.CustomType: lambda _: JSON,
}


def values(shape: shapes.Type) -> st.SearchStrategy[Any]:
    """Whatever the wire allows for this type, small."""
    return MAKERS[type(shape)](shape)


def messages(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    return values(shapes.type_info(kind))


def failure_of(frame: str) -> codec.DecodeFailure | None:
    try:
        codec.decode_client(frame)
    except codec.DecodeFailure as failure:
        return failure
    return None


@pytest.mark.parametrize("kind", CLIENT, ids=lambda kind: kind.__name__)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_client_message_comes_back_as_it_went(kind, data) -> None:
    message = data.draw(messages(kind))
    assert codec.decode_client(codec.encode(message)) == message


@pytest.mark.parametrize("kind", BROKER, ids=lambda kind: kind.__name__)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_broker_message_comes_back_as_it_went(kind, data) -> None:
    message = data.draw(messages(kind))
    assert codec.decode_broker(codec.encode(message)) == message


@given(st.text())
def test_any_text_is_a_message_or_a_decode_failure(frame: str) -> None:
    for decode in (codec.decode_client, codec.decode_broker):
        with contextlib.suppress(codec.DecodeFailure):
            decode(frame)


@given(JSON, st.sampled_from([kind.__struct_config__.tag for kind in CLIENT]))
def test_any_json_is_a_message_or_a_decode_failure(value: Any, tag: str) -> None:
    body = value if isinstance(value, dict) else {"id": value, "_reqId": value}
    frame = msgspec.json.encode({**body, "type": tag}).decode()
    failure = failure_of(frame)
    assert failure is None or (failure.code, failure.junk) == ("malformed", False)


@pytest.mark.parametrize("frame", ["", "x", "[]", "1", "null", '{"a":1}', '{"type":1}', "{"])
def test_what_is_no_typed_object_is_junk(frame: str) -> None:
    with pytest.raises(codec.DecodeFailure) as raised:
        codec.decode_client(frame)
    assert raised.value.junk


def test_unknown_type_is_told_apart_and_echoes_the_request_id() -> None:
    with pytest.raises(codec.DecodeFailure) as raised:
        codec.decode_client('{"type":"dance","_reqId":"7"}')
    assert (raised.value.code, raised.value.req_id) == ("unknown_type", "7")


def test_unknown_fields_are_ignored() -> None:
    assert codec.decode_client('{"type":"list_peers","later":{"a":[1]}}')


def test_nul_in_a_text_is_refused_and_an_escaped_backslash_is_not() -> None:
    with pytest.raises(codec.DecodeFailure):
        codec.decode_client('{"type":"set_summary","summary":"a\\u0000b"}')
    assert codec.decode_client('{"type":"set_summary","summary":"a\\\\u0000b"}')


@pytest.mark.parametrize("opening", ["[", '{"type":"send","a":', '{"type":"set_state","value":['])
def test_a_million_deep_is_refused(opening: str) -> None:
    with pytest.raises(codec.DecodeFailure):
        codec.decode_client(opening * 1_000_000)
