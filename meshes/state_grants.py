"""What `state-read` and `state-write` mean for shared state. Pure; reads no database.

State belongs to the mesh, so without a word from anybody every member reads and writes all of it.
A grant limits it from the side of the one who gives it: without `state-read` the other does not
see what I wrote last; with an entry of its own that lacks `state-write` it cannot replace what I
wrote last, and I am not told of what it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claudemesh_wire.capabilities import DEFAULT_GRANTS, STATE_READ, STATE_WRITE

Grants = Mapping[str, Sequence[str]]


def may_read(grants: Grants, keys: Sequence[str]) -> bool:
    """True if the one with `keys` (member key first, then session keys) sees what I wrote."""
    entry = _entry(grants, keys)
    return STATE_READ in (DEFAULT_GRANTS if entry is None else entry)


def may_write(grants: Grants, keys: Sequence[str]) -> bool:
    """True if the one with `keys` may replace what I wrote, and I want to hear of its writes."""
    entry = _entry(grants, keys)
    return entry is None or STATE_WRITE in entry


def _entry(grants: Grants, keys: Sequence[str]) -> Sequence[str] | None:
    return next((grants[key] for key in keys if key and key in grants), None)
