"""Brokers for fault tests; one a module where no test hurts it for the next."""

from collections.abc import Iterator

import pytest

from tests.broker_process import Broker, broker
from tests.faults.two_nodes import Nodes, two_nodes

#: Limits on strangers as they come; those on members out of the way.
GUARDED = {
    "SENDS_PER_MINUTE": "600000",
    "SEND_BURST": "10000",
    "REQUESTS_PER_MINUTE": "600000",
    "REQUEST_BURST": "10000",
    "HELLO_TIMEOUT_S": "3",
    "LOG_LEVEL": "INFO",
}
#: So that only tests of a limit run into it. The window is small, so that every backlog fills it.
ROOMY = {
    "SENDS_PER_MINUTE": "600000",
    "SEND_BURST": "10000",
    "REQUESTS_PER_MINUTE": "600000",
    "REQUEST_BURST": "10000",
    "HELLOS_PER_MINUTE": "60000",
    "HELLO_BURST": "1000",
    "SEND_WINDOW_MESSAGES": "32",
    "LOG_LEVEL": "INFO",
}


@pytest.fixture(scope="session")
def killed_at_times() -> Iterator[Broker]:
    """A roomy broker that tests may stop, kill and start."""
    with broker(**ROOMY) as shared:
        yield shared


@pytest.fixture
def running(killed_at_times: Broker) -> Broker:
    """The roomy broker, alive."""
    if not killed_at_times.is_running():
        killed_at_times.start()
    return killed_at_times


@pytest.fixture(scope="session")
def nodes_killed_at_times() -> Iterator[Nodes]:
    """Two nodes that tests may kill."""
    with two_nodes(**ROOMY) as pair:
        yield pair


@pytest.fixture
def nodes(nodes_killed_at_times: Nodes) -> Nodes:
    """The two nodes, alive."""
    for node in (nodes_killed_at_times.one, nodes_killed_at_times.two):
        if not node.is_running():
            node.start()
    return nodes_killed_at_times


@pytest.fixture(scope="session")
def guarded() -> Iterator[Broker]:
    """A broker with its default limits on strangers, which hostile tests may not harm."""
    with broker(**GUARDED) as shared:
        yield shared
