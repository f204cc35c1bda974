"""Listens to what a browser complains of while a person uses it: each is a failed test."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOCAL_SCHEMES = ("data", "blob", "about")


class Complaints:
    """Errors in the console (a breach of the content policy is one), exceptions in scripts, and
    requests to anywhere but the site. `expect` says which ones a test causes on purpose.
    """

    def __init__(self, context: BrowserContext, site_url: str) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []
        self.site = urlsplit(site_url).netloc
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)
        context.on("request", self._on_request)

    def expect(self, pattern: str) -> None:
        """Complaints that this regular expression matches are meant."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """What nobody meant."""
        return [
            text
            for text in self.heard
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_exception(self, error: WebError) -> None:
        self.heard.append(f"exception: {error.error}")

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in LOCAL_SCHEMES and url.netloc != self.site:
            self.heard.append(f"third party: {request.url}")
