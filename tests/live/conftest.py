"""Brokers and people for live tests: a real `manage.py serve` and the real CLI."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_process import Broker, broker
from tests.live.people import Couple, meet

#: Out of the way of tests that do not mean them.
ROOMY = {"SENDS_PER_MINUTE": "6000", "SEND_BURST": "1000"}


@pytest.fixture(scope="session")
def running() -> Iterator[Broker]:
    """A broker that all share who do it no harm."""
    with broker(**ROOMY) as shared:
        yield shared


@pytest.fixture(scope="session")
def killed_at_times() -> Iterator[Broker]:
    """A broker that tests may kill."""
    with broker(**ROOMY) as shared:
        yield shared


@pytest.fixture
def mortal(killed_at_times: Broker) -> Broker:
    """A running broker, to be killed and started again."""
    if not killed_at_times.is_running():
        killed_at_times.start()
    return killed_at_times


@pytest.fixture(scope="module")
def couple(running: Broker, tmp_path_factory: pytest.TempPathFactory) -> Couple:
    """alice, who owns a mesh, and bob, who joined it by her link."""
    return meet(running, tmp_path_factory.mktemp("people"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory for people of one test."""
    return tmp_path
