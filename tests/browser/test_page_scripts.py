"""What script adds to a page, and that the page does without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

MENU = """
    <details class="menu"><summary>More</summary><div class="menu-items"><a href="/">x</a></div>
    </details>
"""


@pytest.fixture
def alice(arrive: Arrive) -> Visitor:
    """In front of the start page; may copy and paste."""
    visitor = arrive("alice")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.goto("/")
    return visitor


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_command_can_be_copied_without_its_prompt(alice: Visitor) -> None:
    command = alice.page.locator("[data-copy]:visible").first
    button = alice.page.locator(".copy:visible").first
    button.click()
    expect(button).to_have_text("Copied")
    expect(alice.page.locator("#copy-status")).to_have_text("Copied")
    assert copied(alice.page) == command.inner_text().strip()
    assert not copied(alice.page).startswith("$")


def test_a_time_says_how_far_away_it_is_and_stays_exact(alice: Visitor) -> None:
    alice.sign_up(then="/token")
    alice.page.get_by_role("button", name="Make a token").click()
    time = alice.page.locator("time")
    expect(time).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"))
    expect(alice.page.locator("time + .relative")).to_have_text(" (in 30 days)")


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(alice: Visitor) -> None:
    alice.page.evaluate("html => document.querySelector('main').innerHTML = html", MENU)
    menu = alice.page.locator("details.menu")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    alice.page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    alice.page.locator("footer").click()
    expect(menu).not_to_have_attribute("open", "")


def test_the_first_tab_leads_past_the_header(alice: Visitor) -> None:
    alice.page.keyboard.press("Tab")
    expect(alice.page.get_by_text("Skip to the content")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator("main")).to_be_focused()


def test_without_script_everything_is_there_and_signing_up_works(arrive: Arrive) -> None:
    bob = arrive("bob", java_script_enabled=False)
    bob.page.goto("/")
    assert bob.page.locator("[data-copy]").count() > 0
    assert bob.page.locator(".copy").count() == 0
    bob.sign_up(then="/token")
    bob.page.get_by_role("button", name="Make a token").click()
    bob.sees("This is the only time it is shown.")
