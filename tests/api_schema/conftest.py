"""Borrows the cast of the meshes' suite."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from meshes.selectors import Standing
from tests.api_schema.scene import Scene, set_up
from tests.meshes.conftest import (  # noqa: F401 - fixtures are used by their names
    Person,
    _uncounted,
    alice,
    anybody,
    bob,
    carol,
    cast,
    erin,
    mallory,
    mesh,
    owner,
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the connection of the test over its requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def scene(cast: dict[str, Person], owner: Standing) -> Scene:  # noqa: F811 - the fixtures above
    """The same for every test."""
    return set_up(cast, owner)
