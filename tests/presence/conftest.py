"""A broker in the test's event loop on a real database, and the tables emptied afterwards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from claudemesh_wire.signing import generate_keypair
from django.apps import apps
from django.db import connection
from pytest_django.fixtures import Settings

from presence import runtime as runtimes
from tests.presence.world import World, add_member, new_mesh, start_node
from tests.unguarded import unguarded

#: Generous, so that only tests of a limit run into it.
ROOMY = {
    "SENDS_PER_MINUTE": 60_000,
    "SEND_BURST": 1_000,
    "REQUESTS_PER_MINUTE": 600_000,
    "REQUEST_BURST": 10_000,
    "SHARED_PER_MINUTE": 60_000,
    "SHARED_BURST": 1_000,
    "HELLOS_PER_MINUTE": 60_000,
    "HELLO_BURST": 1_000,
    "MAX_UNAUTHENTICATED_PER_ADDRESS": 2_000,
}
APPS_THAT_WRITE = ("presence", "meshes", "accounts", "audit")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "limits(**settings): settings of the broker, lower case")


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database without a transaction around the test: the broker commits for real.

    Stands in for pytest-django's fixture of that name, by which it knows that a database is
    wanted. Emptying the tables that were written takes milliseconds, Django's flush a second.
    """
    with django_db_blocker.unblock():
        yield
        _empty_tables()


def _empty_tables() -> None:
    installed = [apps.get_app_config(a) for a in APPS_THAT_WRITE if apps.is_installed(a)]
    tables = [model._meta.db_table for config in installed for model in config.get_models()]
    with unguarded(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture
async def world(
    transactional_db: None, request: pytest.FixtureRequest, settings: Settings
) -> AsyncIterator[World]:
    """The cast and a running node; sweeps are run by the tests, not by the clock."""
    for name, value in ROOMY.items():
        setattr(settings, name, value)
    for marker in reversed(list(request.node.iter_markers("limits"))):
        for name, value in marker.kwargs.items():
            setattr(settings, name.upper(), value)
    world = await _build()
    yield world
    await world.close()
    runtimes.forget()


async def _build() -> World:
    runtimes.forget()
    runtime = await start_node(runtimes.current())
    alice, bob, carol, mallory = await runtime.ledger.call(_cast)
    await asyncio.sleep(0)
    return World(alice.mesh_id, alice, bob, carol, mallory, runtime)


def _cast() -> tuple[Any, ...]:
    mesh, alice = new_mesh("Acme", "alice", generate_keypair())
    _, mallory = new_mesh("Lair", "mallory", generate_keypair())
    return alice, add_member(mesh.id, "bob"), add_member(mesh.id, "carol"), mallory
