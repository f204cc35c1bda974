"""Brokers for fault tests; one a module where no test hurts it for the next."""

from collections.abc import Iterator

import pytest

from tests.broker_process import Broker, broker

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


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    """A roomy broker that the tests of a module share."""
    with broker(**ROOMY) as shared:
        yield shared


@pytest.fixture(scope="session")
def guarded() -> Iterator[Broker]:
    """A broker with its default limits on strangers, which hostile tests may not harm."""
    with broker(**GUARDED) as shared:
        yield shared
