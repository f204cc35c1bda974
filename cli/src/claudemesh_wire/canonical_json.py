"""One text for one JSON value, so that hashes over it can be compared. Hashes nothing itself.

RFC 8785 (JSON Canonicalization Scheme) with three narrowings: keys are sorted by code point
(the RFC sorts by UTF-16 unit, which differs only past U+FFFF), numbers are integers that a
double holds exactly, and text is taken as it is (no Unicode normalization, as in the RFC).
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

#: RFC 7493, section 2.2: past this, implementations disagree on what a number is.
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32

_encode = msgspec.json.Encoder(order="deterministic").encode
_SAFE = frozenset((str, bool, type(None)))


class CanonicalJsonError(ValueError):
    """A value that has no canonical text; the message says where and why."""


def canonical_json(value: object) -> bytes:
    """`value` as canonical JSON in UTF-8.

    Takes dicts with text keys, lists, text (and enums of text), integers, booleans and None.
    Raises CanonicalJsonError for everything else: floats, integers beyond 2^53 - 1, keys that
    are no text, lone surrogates, nesting deeper than 32.
    """
    _check(value, MAX_DEPTH)
    try:
        return _encode(value)
    except UnicodeEncodeError as error:
        raise CanonicalJsonError("Text with a lone surrogate has no UTF-8.") from error


def _check(value: Any, depth: int) -> None:  # Any: it is what this is to find out
    kind = type(value)
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise CanonicalJsonError("An integer is beyond 2^53 - 1; write it as text.")
    elif kind is dict or kind is list:
        if depth == 0:
            raise CanonicalJsonError(f"Values are nested more than {MAX_DEPTH} levels deep.")
        if kind is dict and not all(type(key) is str for key in value):
            raise CanonicalJsonError("A key is no text.")
        for inner in value.values() if kind is dict else value:
            if type(inner) not in _SAFE:
                _check(inner, depth - 1)
    elif kind not in _SAFE and not (isinstance(value, str) and isinstance(value, Enum)):
        raise CanonicalJsonError(f"A {kind.__name__} has no canonical JSON; use text or integers.")
