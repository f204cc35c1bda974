"""A real broker, a real browser, and people in it. Tests here are plain functions, not coroutines.

Playwright's synchronous interface keeps an event loop running in this thread while a browser is
open. So the browser is closed at the end of each file: coroutine tests of other files would not
start under it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, expect

from tests.broker_process import Broker, broker
from tests.browser import chromium
from tests.browser.visitor import Visitor, new_visitor

FAILED = pytest.StashKey[bool]()
PATIENCE_MS = 15_000
#: Out of the way of tests that do not mean them.
ROOMY = {"SENDS_PER_MINUTE": "6000", "SEND_BURST": "1000"}


class Arrive(Protocol):
    """`arrive("alice")` opens a browser profile for a person; options are Playwright's."""

    def __call__(self, name: str, **options: Any) -> Visitor: ...


@pytest.fixture(scope="module")
def site() -> Iterator[Broker]:
    """A broker that the tests of one file share. Accounts last as long as the file."""
    if chromium.path() is None and not chromium.must_be_there():
        pytest.skip(chromium.NO_BROWSER)
    with broker(**ROOMY) as running:
        yield running


@pytest.fixture(scope="module")
def open_browser() -> Iterator[Browser]:
    """The browser of one file."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium.started() as browser:
        yield browser


@pytest.fixture
def arrive(request: pytest.FixtureRequest, site: Broker, open_browser: Browser) -> Iterator[Arrive]:
    """Lets people arrive, each with a profile of their own; none may have heard a complaint."""
    there: list[Visitor] = []

    def come(name: str, **options: Any) -> Visitor:
        visitor = new_visitor(open_browser, site, name, **options)
        visitor.context.set_default_timeout(PATIENCE_MS)
        there.append(visitor)
        return visitor

    yield come
    if request.node.stash.get(FAILED, False):
        _keep_pictures(request.node.name, there)
    for visitor in there:
        visitor.context.close()
    complaints = {who.name: who.complaints.unexpected() for who in there}
    assert not any(complaints.values()), f"The browser complained: {complaints}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remembers that a test failed, for the fixture that takes pictures."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says so when no browser test could run."""
    if chromium.path() is None:
        terminalreporter.section("browser tests", red=True, bold=True)
        terminalreporter.line(chromium.NO_BROWSER, red=True)


def _keep_pictures(test: str, people: list[Visitor]) -> None:
    """What everybody saw when the test failed, in a directory that is printed."""
    directory = Path(tempfile.mkdtemp(prefix="claudemesh-browser-"))
    for visitor in people:
        for number, page in enumerate(visitor.context.pages):
            name = re.sub(r"[^\w-]+", "_", f"{test}-{visitor.name}-{number}")[:120]
            page.screenshot(path=directory / f"{name}.png", full_page=True)
    print(f"Pictures of what they saw: {directory}")
