"""Opens pages in a browser and takes their pictures, in both themes and wide and narrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.screenshots import steps
from tests.screenshots.pages import Shot
from tests.screenshots.seeding import Scene

PATIENCE_MS = 15_000
HEIGHT = 800
WIDTHS = (1280, 360)
THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class Camera:
    """Takes pictures of pages into `directory`, each person with a browser profile of their own.

    `complaints` are pages that can be scrolled sideways and steps that did not go.
    """

    browser: Browser
    scene: Scene
    directory: Path
    complaints: list[str] = field(default_factory=list)
    profiles: dict[str, BrowserContext] = field(default_factory=dict)

    def take(self, shots: Iterable[Shot]) -> None:
        """Every page four times."""
        for shot in shots:
            try:
                self._take(shot)
            except Exception as error:
                self.complaints.append(f"{shot.name}: {error}")

    def _take(self, shot: Shot) -> None:
        with self.opened(shot) as page:
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme)
                    self._expose(page, self.directory / f"{shot.name}-{width}-{theme}.png")
                if page.evaluate(TOO_WIDE):
                    self.complaints.append(f"{shot.name}: scrolls sideways at {width} px")

    @contextmanager
    def opened(self, shot: Shot) -> Iterator[Page]:
        """The page as the person sees it, after what is done on it first."""
        page = self._profile(shot.who).new_page()
        try:
            page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            if shot.html:
                page.route(f"**{shot.path}", _answering(shot.html))
            page.goto(shot.path)
            if shot.act is not None:
                shot.act(page)
            yield page
        finally:
            page.close()

    def _profile(self, who: str) -> BrowserContext:
        """A fresh one for nobody; people stay signed in. `trent:half` has yet to type the code."""
        if who and who in self.profiles:
            return self.profiles[who]
        context = self.browser.new_context(base_url=self.scene.broker.url, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        self.profiles[who] = context
        if who:
            name, _, half = who.partition(":")
            secret = self.scene.found["totp_secret"] if name == "trent" else ""
            page = context.new_page()
            steps.sign_in(page, name, totp_secret=secret, stop_at_code=bool(half))
            page.close()
        return context

    @staticmethod
    def _expose(page: Page, path: Path, **options: Any) -> None:
        page.screenshot(path=path, full_page=True, animations="disabled", **options)


def empty(directory: Path) -> Path:
    """The directory, there and without the pictures of another time."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.png"):
        old.unlink()
    return directory


def _answering(html: str) -> Any:
    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    return answer
