"""Runs a service for each of the rows that somebody selected, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from claudemesh_wire.errors import MeshError
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

#: A service runs for each row that an action is about, and a person waits for it.
MAX_SELECTED = 200


def selected(queryset: QuerySet[Any], limit: int | None = None) -> list[Any]:
    """The rows that an action is about. Raises MeshError("too_large") for too many."""
    limit = limit or MAX_SELECTED
    rows = list(queryset[: limit + 1])
    if len(rows) > limit:
        raise MeshError("too_large", f"Select at most {limit} at a time.")
    return rows


def for_each(
    request: HttpRequest, rows: Iterable[tuple[str, Callable[[], object]]], done: str
) -> None:
    """Calls a service for each (name, call); says `done` of some, and why others were refused."""
    names: list[str] = []
    for name, call in rows:
        try:
            call()
        except MeshError as error:
            messages.error(request, f"{name}: {error.message}")
        else:
            names.append(name)
    if names:
        messages.success(request, f"{done}: {names_in_a_row(names)}.")


def names_in_a_row(names: list[str]) -> str:
    """`bob and carol`, `bob, carol and 3 more`, for a message."""
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
