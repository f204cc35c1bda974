"""Finds and starts the Chromium of this machine. Downloads nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # CI is root, and Chromium's sandbox refuses to run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
NO_BROWSER = (
    f"NO BROWSER: none of {', '.join(NAMES)} is on PATH, so the browser tests were not run. "
    "Debian and Ubuntu have one: apt-get install chromium"
)


def path() -> str | None:
    """The browser to use, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def must_be_there() -> bool:
    """Whether a missing browser is a failure, as in CI."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


@contextmanager
def started() -> Iterator[Browser]:
    """A running browser. Skips without one, or fails where one must be there."""
    executable = path()
    if executable is None:
        (pytest.fail if must_be_there() else pytest.skip)(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
