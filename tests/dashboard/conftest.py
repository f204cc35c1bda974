"""Borrows the casts of the suites that own them."""

from tests.meshes.conftest import (  # noqa: F401 - fixtures are used by their names
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
from tests.presence.conftest import transactional_db, world  # noqa: F401
