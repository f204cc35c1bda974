"""A broker with a CLI to hand out, and computers that have none yet."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudemesh.installer import building
from tests.broker_process import REPOSITORY, Broker, broker
from tests.install.machine import WHEELHOUSE, Machine, new_machine

#: Each installation makes a virtual environment and fills it.
SLOW_S = 300


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A downloads directory with the CLI in it."""
    directory = tmp_path_factory.mktemp("downloads")
    building.build_cli(REPOSITORY / "cli", directory)
    building.copy_pip(directory)
    return directory


@pytest.fixture(scope="session")
def site(shelf: Path) -> Iterator[Broker]:
    """A broker that hands it out."""
    with broker(DOWNLOADS_DIR=str(shelf)) as running:
        yield running


@pytest.fixture(scope="session")
def script(site: Broker) -> str:
    """The installer as a person gets it."""
    with urllib.request.urlopen(f"{site.url}/install", timeout=10) as reply:
        return str(reply.read().decode())


@pytest.fixture
def machine(tmp_path: Path, site: Broker) -> Machine:
    """A computer of one test, with a space in the name of the home."""
    assert WHEELHOUSE.is_dir(), "Run `make install-dev`: it fetches what the CLI needs."
    return new_machine(tmp_path, site.url)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, site: Broker, script: str) -> Machine:
    """A computer with claudemesh on it, for tests that leave it as it is."""
    machine = new_machine(tmp_path_factory.mktemp("installed"), site.url)
    done = machine.sh(script)
    assert done.code == 0, done
    return machine
