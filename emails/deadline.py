"""Bounds how long something that blocks may take, whatever it waits for on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises. Raises TimeoutError once `seconds` are over.

    Socket timeouts bound each wait alone; a mail takes many of them. What is late goes on in a
    thread of its own, which ends by its own timeouts and is not waited for.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # handed to the caller, who decides
            future.set_exception(error)

    Thread(target=run, name="mail", daemon=True).start()
    return future.result(timeout=seconds)
