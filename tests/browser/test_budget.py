"""What every page may cost, and that it is whole without script, when narrow, and to axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.screenshots.shooting import TOO_WIDE

MAX_BYTES = 100_000
NARROW = {"width": 360, "height": 800}
PUBLIC = ["/", "/login", "/signup", "/password/reset", "/password/reset/sent", "/cli-auth"]
OWN = ["/dashboard", "/dashboard/new", "/dashboard/devices", "/dashboard/security", "/token"]
OF_MESH = ["", "/members", "/bans", "/invites", "/audit", "/settings", "/archive"]
ADMIN = ["/admin/", "/admin/meshes/mesh/", "/admin/meshes/member/", "/admin/meshes/invite/"]
SIGNED_IN = [*OWN, *(f"/dashboard/meshes/budget{page}" for page in OF_MESH), *ADMIN]
THEMES = ("dark", "light")


class Bill:
    """Bytes of all answers to a page, unpacked."""

    def __init__(self, page: Page) -> None:
        self.answers: list[Response] = []
        page.on("response", lambda answer: self.answers.append(answer))

    def total(self) -> int:
        """So far, with everything that the page loads."""
        return sum(len(answer.body()) for answer in self.answers if answer.status == 200)


def check(page: Page, path: str) -> list[str]:
    """What is wrong with the page, in words."""
    bill, wrong = Bill(page), []
    page.goto(path)
    page.wait_for_load_state()
    if bill.total() > MAX_BYTES:
        wrong.append(f"{path}: {bill.total()} bytes")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        wrong += [f"{path} ({theme}): {each['id']}: {each['help']}" for each in found]
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    if page.evaluate(TOO_WIDE):
        wrong.append(f"{path}: scrolls sideways at 360 px")
    return wrong


def check_each(visitor: Visitor, paths: list[str]) -> list[str]:
    """The same of several pages, each in a tab of its own."""
    wrong = []
    for path in paths:
        page = visitor.context.new_page()
        wrong += check(page, path)
        page.close()
    return wrong


@pytest.fixture
def stranger(arrive: Arrive) -> Visitor:
    """Somebody who is not signed in."""
    return arrive("stranger", reduced_motion="reduce")


def test_pages_for_everybody_keep_the_budget(stranger: Visitor) -> None:
    assert check_each(stranger, PUBLIC) == []


def test_pages_of_an_owner_keep_the_budget(arrive: Arrive) -> None:
    alice = arrive("alice", reduced_motion="reduce")
    alice.sign_up()
    alice.page.get_by_label("Name").fill("Budget")
    alice.page.get_by_role("button", name="Create mesh").click()
    alice.sees("claudemesh sync")
    assert check_each(alice, SIGNED_IN) == []


@pytest.mark.parametrize("path", PUBLIC)
def test_the_first_paint_needs_no_script(arrive: Arrive, path: str) -> None:
    bob = arrive("bob", java_script_enabled=False)
    bob.page.goto(path)
    expect(bob.page.get_by_role("heading", level=1)).to_be_visible()
    expect(bob.page.locator("main")).not_to_be_empty()
