"""The calls of an OpenAPI document, in the order and the words in which a page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from claudemesh.api_docs.shapes import Schema, Shapes

CALLERS = {"cliToken": "a device's token", "browserSession": "a signed-in browser"}
JSON = "application/json"
METHODS = ("GET", "POST", "PATCH", "DELETE")


@dataclass(frozen=True)
class Answer:
    """What comes back under one status."""

    status: str
    phrase: str
    codes: list[str]
    shape: str


@dataclass(frozen=True)
class Operation:
    """One call. `body` is what to send, empty for a call without one."""

    id: str
    method: str
    path: str
    summary: str
    callers: str
    query: list[str]
    body: str
    about_body: str
    answers: list[Answer]
    refusals: list[Answer]


@dataclass(frozen=True)
class Section:
    """The calls about one thing."""

    name: str
    operations: list[Operation]


def sections(document: Schema) -> list[Section]:
    """Every call of `document`, by its first tag."""
    shapes = Shapes(document["components"]["schemas"])
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            name = (told.get("tags") or ["Others"])[0]
            found.setdefault(name, []).append(_operation(method, path, told, shapes))
    return [Section(name, operations) for name, operations in found.items()]


def _operation(method: str, path: str, told: Schema, shapes: Shapes) -> Operation:
    body = next(iter(_content(told.get("requestBody", {}))), None)
    all_answers = [_answer(status, answer, shapes) for status, answer in told["responses"].items()]
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=_plain(told.get("summary", "")),
        callers=_callers(told.get("security", [])),
        query=[each["name"] for each in told.get("parameters", []) if each["in"] == "query"],
        body=shapes.written(body) if body else "",
        about_body=_about(shapes.resolved(body)) if body else "",
        answers=[answer for answer in all_answers if answer.status < "400"],
        refusals=[answer for answer in all_answers if answer.status >= "400"],
    )


def _about(body: Schema) -> str:
    """What a body's description adds; many begin with the call that they belong to."""
    text = body.get("description", "")
    names_the_call = text.partition(" ")[0] in METHODS
    return _plain(text.partition("; ")[2] if names_the_call else text)


def _plain(text: str) -> str:
    return text.replace("`", "")


def _answer(status: str, answer: Schema, shapes: Shapes) -> Answer:
    schemas = list(_content(answer))
    codes = [code for schema in schemas for code in _codes(schema)]
    readable = schemas and JSON in answer["content"] and status < "400"
    return Answer(
        status=status,
        phrase=HTTPStatus(int(status)).phrase,
        codes=codes,
        shape=shapes.written(schemas[0]) if readable else ", ".join(answer.get("content", {})),
    )


def _codes(schema: Schema) -> list[str]:
    """The error codes that a refusal's schema narrows itself to."""
    narrowed: list[Mapping[str, Any]] = schema.get("allOf", [])
    return [
        code
        for part in narrowed
        for code in part.get("properties", {}).get("error", {}).get("enum", [])
    ]


def _content(message: Schema) -> Iterator[Schema]:
    for kind in message.get("content", {}).values():
        yield kind["schema"]


def _callers(security: list[Schema]) -> str:
    names = [CALLERS[name] for each in security for name in each]
    if not names:
        return "anybody"
    return " or ".join(names) + ("; or nobody in particular" if {} in security else "")
