"""The cast with browsers. alice owns the mesh acme, bob is an admin, carol a member."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

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
from tests.presence.conftest import transactional_db, world  # noqa: F401

#: What somebody hostile would call themself, write as a summary, or give as a reason.
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "\u202egnp.exe",
    "x" * 10_000,
    "\u2028line\nbreak\x1b[31m",
    "&lt;b&gt;",
]


class Browser:
    """A signed-in browser that follows redirects and reads what it is told."""

    def __init__(self, who: Person | None) -> None:
        self.client = Client()
        if who is not None:
            self.client.force_login(who.user)

    def get(self, path: str, status: int = 200) -> str:
        """The page at a path."""
        response = self.client.get(path)
        assert response.status_code == status
        return response.content.decode()

    def send(self, path: str, **data: Any) -> str:
        """Sends a form; the page that the answer leads to."""
        response = self.client.post(path, data, follow=True)
        assert response.status_code == 200
        return response.content.decode()


@pytest.fixture
def browse() -> Callable[[Person | None], Browser]:
    """Opens a browser for somebody; None is nobody."""
    return Browser
