"""A chain of what happens in alice's mesh."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from claudemesh_wire.audit import Entry
from django.db import transaction

from audit import events, services

MESH = "mesh-of-alice"
ALICE, BOB = "alice", "bob"

Append = Callable[..., list[Entry]]


@pytest.fixture
def append() -> Append:
    """Appends so many entries to a chain, in one transaction."""

    def append(count: int, mesh_id: str = MESH) -> list[Entry]:
        new = [
            services.NewEntry(mesh_id, events.MEMBER_JOINED, ALICE, {"member": f"peer-{number}"})
            for number in range(count)
        ]
        with transaction.atomic():
            return services.append_many(new)

    return append


@pytest.fixture
def chain(db: None, append: Append) -> list[Entry]:
    """Six entries of alice's mesh."""
    return append(6)
