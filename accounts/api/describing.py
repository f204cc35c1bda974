"""Says next to a view's method what it takes, answers and refuses; the API schema reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from claudemesh_wire.errors import ERRORS
from rest_framework.serializers import BaseSerializer

Shape = type[BaseSerializer[Any]]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Described:
    """What one method of a view does, beyond what its class says of every method.

    `answer` is the shape of a 200 (`many`: a bare array of it; None: text of `media_type`),
    `query` that of the query string, `refuses` error codes with their status, `also` the shapes
    of other statuses.
    """

    summary: str
    answer: Shape | None
    body: Shape | None = None
    query: Shape | None = None
    refuses: tuple[tuple[str, int], ...] = ()
    also: Mapping[int, Shape] = field(default_factory=dict)
    many: bool = False
    media_type: str = "application/json"


def answers(summary: str, answer: Shape | None, **more: Any) -> Callable[[F], F]:
    """Decorates a method with a `Described`.

    `refuses` is a text of error codes; `code:410` where the status is not that of the table.
    Left out is what follows from the view: authentication, throttling, and what can be wrong
    with any body. Raises KeyError for a code that is not in the table.
    """
    refuses = tuple(refusal(word) for word in more.pop("refuses", "").split())
    described = Described(summary, answer, refuses=refuses, **more)

    def mark(method: F) -> F:
        vars(method)["described"] = described
        return method

    return mark


def refusal(word: str) -> tuple[str, int]:
    """("revoked:410") -> ("revoked", 410). Raises KeyError for an unknown code."""
    code, _, status = word.partition(":")
    usual = ERRORS[code].http_status
    return code, int(status or usual)


def described(view: Any, method: str) -> Described | None:
    """What is said of `method` ("GET") of a view, if anything."""
    found = getattr(getattr(view, method.lower(), None), "described", None)
    return found if isinstance(found, Described) else None
