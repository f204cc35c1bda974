"""Locks out whoever tries codes: five wrong ones from an account or address, and none is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from claudemesh_wire.errors import MeshError
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.addresses import address_bucket

MAX_WRONG = 5
LOCKED_S = 600


@contextmanager
def one_guess(*, user_id: str | None, address: str | None) -> Iterator[None]:
    """Around one look at a user code. MeshError("not_found") from within is a wrong guess.

    The guess is counted before the look and given back if it was right, so that a hundred at
    once are no more than five. Raises MeshError("rate_limit") while locked out, "unavailable"
    when nobody can count: the link in the terminal needs no guessing and works without.
    """
    keys = [f"guesses:address:{address_bucket(address)}"]
    keys += [f"guesses:account:{user_id}"] if user_id is not None else []
    counts = _begin(keys)
    wrong = False
    try:
        yield
    except MeshError as error:
        wrong = error.code == "not_found"
        raise
    finally:
        if wrong:
            _lock_what_is_full(counts)
        else:
            _give_back(keys)


def _begin(keys: list[str]) -> dict[str, int]:
    """Count the guess under each key. Raises MeshError("rate_limit"), MeshError("unavailable")."""
    try:
        for key in keys:
            until = cache.get(f"{key}:locked")
            if until is not None:
                raise _locked(max(until - time.time(), 1))
        counts = {key: _add(key) for key in keys}
    except (RedisError, ValueError) as error:
        raise MeshError("unavailable") from error
    if any(count > MAX_WRONG for count in counts.values()):
        _give_back(keys)
        raise _locked(1)
    return counts


def _add(key: str) -> int:
    cache.add(key, 0, timeout=LOCKED_S)
    return int(cache.incr(key))


def _lock_what_is_full(counts: dict[str, int]) -> None:
    """A wrong guess stays counted, and the last one that is allowed closes the door."""
    for key, count in counts.items():
        if count >= MAX_WRONG:
            with suppress(RedisError):
                cache.set(f"{key}:locked", time.time() + LOCKED_S, timeout=LOCKED_S)
                cache.delete(key)


def _give_back(keys: list[str]) -> None:
    for key in keys:
        with suppress(RedisError, ValueError):  # away, or the count has gone meanwhile
            cache.decr(key)


def _locked(wait_s: float) -> MeshError:
    return MeshError(
        "rate_limit",
        "Too many wrong codes; open the link that the terminal shows, or wait ten minutes.",
        retry_after_ms=int(wait_s * 1000),
    )
