"""The admin in a real browser: the content policy holds, every page is fit for everybody to use,
and what is done there reaches people on their sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.broker_process import Broker
from tests.browser.conftest import Arrive
from tests.browser.test_mesh_pages import join, make_mesh, row
from tests.browser.visitor import Visitor
from tests.cli_process import Listener
from tests.ports import wait_until

pytestmark = pytest.mark.live

LISTS = ("Meshes", "Members", "Invitations", "Bans", "Online now", "Audit log", "Devices")
MAX_PAGE_BYTES = 100_000
PATIENCE_S = 30.0


@pytest.fixture
def running() -> Iterator[list[Listener]]:
    """Listeners to be ended with the test."""
    listeners: list[Listener] = []
    yield listeners
    for listener in listeners:
        listener.kill9()


def open_list(who: Visitor, name: str) -> None:
    """By the navigation of the admin."""
    who.page.get_by_role("navigation", name="Admin").get_by_role("link", name=name).click()
    expect(who.page.get_by_role("heading", level=1)).to_have_text(name)


def invite(who: Visitor) -> str:
    """By the form of the admin; the link."""
    open_list(who, "Invitations")
    who.page.get_by_role("link", name="Invite somebody").click()
    who.page.get_by_role("button", name="Make the invitation").click()
    link = who.page.locator("[data-copy='the link']")
    expect(link).to_contain_text("/i/")
    return link.inner_text().strip()


def act(who: Visitor, name: str, action: str) -> None:
    """Ticks the row of a name and runs an action on it."""
    who.page.get_by_role("checkbox", name=f"Select {name}").check()
    expect(who.page.locator(".action-counter")).to_contain_text("1 of")
    who.page.get_by_label("Action:").select_option(action)
    who.page.get_by_role("button", name="Go").click()


def test_kick_ban_and_unban_from_the_admin(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    alice = arrive("alice")
    alice.sign_up()
    make_mesh(alice, "Acme")
    alice.page.get_by_role("navigation", name="Main").get_by_role("link", name="Admin").click()
    bob = join(site, tmp_path, "bob", invite(alice))
    running.append(bob.listen())

    def is_there() -> bool:
        open_list(alice, "Online now")
        return row(alice.page, "bob").count() == 1

    wait_until(is_there, what="bob is on the list", timeout_s=PATIENCE_S)
    act(alice, "bob", "kick")
    alice.sees("Kicked: bob.")
    alice.sees("Nothing here")

    open_list(alice, "Members")
    act(alice, "bob", "ban")
    alice.sees("Ban these members?")
    alice.page.get_by_label("Reason").fill("Too loud")
    alice.page.get_by_role("button", name="Ban").click()
    alice.sees("Banned: bob.")
    assert bob.try_run("peers").returncode != 0

    open_list(alice, "Bans")
    expect(row(alice.page, "bob")).to_contain_text("Too loud")
    act(alice, "ban of bob", "lift")
    alice.sees("May come back: bob.")
    running.append(bob.listen())
    wait_until(is_there, what="bob is back", timeout_s=PATIENCE_S)

    open_list(alice, "Meshes")
    alice.page.get_by_role("link", name="acme", exact=True).first.click()
    alice.page.get_by_role("button", name="Verify the audit log").click()
    alice.sees("an unbroken chain.")
    with alice.page.expect_download() as export:
        alice.page.get_by_role("link", name="Export the audit log").click()
    assert export.value.suggested_filename.startswith("acme")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_clean_in_both_themes_and_when_narrow(
    arrive: Arrive, scheme: str, width: int
) -> None:
    who = arrive(
        f"owner-{scheme}-{width}",
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
    )
    who.sign_up()
    make_mesh(who, f"{scheme} {width}")
    who.page.goto("/admin/")
    invite(who)
    look_at(who.page)
    for name in LISTS:
        open_list(who, name)
        look_at(who.page)
        first = who.page.get_by_role("rowheader").get_by_role("link").first
        if first.count():
            first.click()
            look_at(who.page)
    open_list(who, "Members")
    who.page.get_by_role("checkbox").last.check()
    who.page.get_by_label("Action:").select_option("ban")
    who.page.get_by_role("button", name="Go").click()
    look_at(who.page)
    open_list(who, "Meshes")
    who.page.get_by_role("rowheader").get_by_role("link").first.click()
    who.page.get_by_role("link", name="Archive").click()
    look_at(who.page)


def look_at(page: Page) -> None:
    """No rule of accessibility broken, nothing beyond the edge, nothing heavy."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, page.url
    assert len(page.content().encode()) < MAX_PAGE_BYTES


def test_it_works_without_script(arrive: Arrive) -> None:
    carol = arrive("carol", java_script_enabled=False)
    carol.sign_up()
    make_mesh(carol, "Quiet")
    carol.page.goto("/admin/")
    invite(carol)
    open_list(carol, "Invitations")
    carol.page.get_by_role("checkbox", name="Select invitation").first.check()
    carol.page.get_by_label("Action:").select_option("revoke")
    carol.page.get_by_role("button", name="Go").click()
    carol.sees("Withdrawn:")
    carol.page.locator("summary", has_text="State").click()
    carol.page.get_by_role("link", name="Open", exact=True).click()
    carol.sees("Nothing matches")
