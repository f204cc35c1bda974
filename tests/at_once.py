"""Runs calls in threads that start together, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from claudemesh_wire.errors import MeshError
from django.db import connections

AT_ONCE = 20

Result = TypeVar("Result")


def all_at_once(calls: list[Callable[[], Result]]) -> list[Result | MeshError]:
    """What each call returned or refused with; their number is a multiple of AT_ONCE or below."""
    start = Barrier(min(AT_ONCE, len(calls)))

    def run(call: Callable[[], Result]) -> Result | MeshError:
        start.wait()
        try:
            return call()
        except MeshError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(start.parties) as pool:
        return list(pool.map(run, calls))
