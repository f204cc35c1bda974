"""A mesh in a real browser with the real CLI: people come and go, and are removed and let back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.broker_process import Broker
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.cli_process import Listener, Person
from tests.ports import wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def running() -> Iterator[list[Listener]]:
    """Listeners to be ended with the test."""
    listeners: list[Listener] = []
    yield listeners
    for listener in listeners:
        listener.kill9()


def make_mesh(who: Visitor, name: str) -> None:
    """By the form on the dashboard; ends on the page of the mesh."""
    who.page.goto("/dashboard")
    who.page.get_by_label("Name").fill(name)
    who.page.get_by_role("button", name="Create mesh").click()
    who.sees("claudemesh sync")


def invite(who: Visitor) -> str:
    """By the form on the page of invitations; the link."""
    who.page.get_by_role("link", name="Invitations").click()
    who.page.get_by_role("button", name="Create invitation").click()
    link = who.page.locator("[data-copy='the link']")
    expect(link).to_contain_text("/i/")
    return link.inner_text().strip()


def row(page: Page, name: str) -> Locator:
    """The row of a table that is headed by a name."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def state(page: Page) -> Locator:
    """What the live view says of itself."""
    return page.locator("[data-live-state]")


def join(site: Broker, home: Path, name: str, link: str) -> Person:
    """Somebody with the CLI joins by a link."""
    person = Person(name, home, site.url)
    person.run("join", link)
    return person


def test_from_a_new_account_to_a_ban_and_back(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    alice = arrive("alice")
    alice.sign_up()
    alice.sees("No meshes yet")
    make_mesh(alice, "Acme")
    bob = join(site, tmp_path, "bob", invite(alice))

    alice.page.get_by_role("link", name="Now", exact=True).click()
    expect(state(alice.page)).to_have_text("Live.")
    alice.sees("Nobody is connected")
    running.append(bob.listen())
    expect(row(alice.page, "bob")).to_contain_text("idle")
    expect(alice.page.locator("[data-live-news]")).to_have_text("1 member is connected.")

    row(alice.page, "bob").get_by_role("button", name="Kick").click()
    alice.sees("Kicked: bob.")
    alice.sees("Nobody is connected")

    alice.page.get_by_role("link", name="Members").click()
    row(alice.page, "bob").get_by_text("Change", exact=True).click()
    alice.page.get_by_role("link", name="Ban…").click()
    alice.page.get_by_label("Reason").fill("Too loud")
    alice.page.get_by_role("button", name="Ban bob").click()
    alice.sees("bob is banned.")
    assert bob.try_run("peers").returncode != 0

    alice.page.get_by_role("link", name="Bans").click()
    expect(row(alice.page, "bob")).to_contain_text("Too loud")
    row(alice.page, "bob").get_by_role("button", name="Unban").click()
    alice.sees("bob may come back.")
    running.append(bob.listen())
    alice.page.get_by_role("link", name="Now", exact=True).click()
    expect(row(alice.page, "bob")).to_contain_text("idle")


def test_the_live_view_says_when_it_is_none(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    carol = arrive("carol")
    carol.expect_complaint("WebSocket|ERR_CONNECTION")
    carol.sign_up()
    make_mesh(carol, "Crew")
    address = carol.page.url
    dave = join(site, tmp_path, "dave", invite(carol))
    carol.page.goto(address)
    expect(state(carol.page)).to_have_text("Live.")

    site.kill9()
    expect(state(carol.page)).to_contain_text("Reconnecting")
    expect(carol.page.get_by_role("link", name="Reload")).to_be_visible()
    site.start()
    expect(state(carol.page)).to_have_text("Live.", timeout=40_000)
    expect(carol.page.get_by_role("link", name="Reload")).to_be_hidden()
    running.append(dave.listen())
    expect(row(carol.page, "dave")).to_be_visible()

    other = carol.context.new_page()
    other.goto("/logout")
    other.locator("main form button[type=submit]").click()
    expect(state(carol.page)).to_contain_text("You are signed out.")
    carol.page.get_by_role("link", name="Sign in again").click()
    carol.fill_sign_in()
    expect(state(carol.page)).to_have_text("Live.")


def test_without_script_the_page_is_whole(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    erin = arrive("erin", java_script_enabled=False)
    erin.sign_up()
    make_mesh(erin, "Quiet")
    address = erin.page.url
    frank = join(site, tmp_path, "frank", invite(erin))
    running.append(frank.listen())

    def is_there() -> bool:
        erin.page.goto(address)
        return row(erin.page, "frank").count() == 1

    wait_until(is_there, what="frank is on the page", timeout_s=30)
    expect(erin.page.get_by_role("link", name="Reload")).to_be_visible()
    row(erin.page, "frank").get_by_role("button", name="Kick").click()
    erin.sees("Kicked: frank.")
    erin.sees("Nobody is connected")


def test_a_hostile_name_is_text_in_the_live_view(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    heidi = arrive("heidi")
    heidi.sign_up()
    make_mesh(heidi, "Harmless")
    address = heidi.page.url
    name = '"><img src=x onerror=alert(1)>'
    mallory = Person("mallory", tmp_path, site.url)
    mallory.run("join", "--name", name, invite(heidi))
    heidi.page.goto(address)
    expect(state(heidi.page)).to_have_text("Live.")
    running.append(mallory.listen())
    expect(heidi.page.get_by_role("rowheader")).to_contain_text(name)
    expect(heidi.page.locator("img[src=x]")).to_have_count(0)


def test_a_button_keeps_the_focus_while_others_come_and_go(
    arrive: Arrive, site: Broker, tmp_path: Path, running: list[Listener]
) -> None:
    ivan = arrive("ivan")
    ivan.sign_up()
    make_mesh(ivan, "Busy")
    address = ivan.page.url
    for name in ("ada", "bert", "cleo"):
        ivan.page.goto(address)
        person = join(site, tmp_path, name, invite(ivan))
        running.append(person.listen())
    ivan.page.goto(address)
    for name in ("ada", "bert", "cleo"):
        expect(row(ivan.page, name)).to_contain_text("idle")
    kick = row(ivan.page, "bert").get_by_role("button", name="Kick")
    kick.focus()
    running[0].kill9()
    expect(ivan.page.get_by_role("rowheader")).to_contain_text(["bert", "cleo", "ada"])
    expect(kick).to_be_focused()
    running[2].stop()
    expect(row(ivan.page, "cleo")).to_have_count(0)
    expect(kick).to_be_focused()


def test_a_landing_page_tells_both_what_to_type_without_script(arrive: Arrive) -> None:
    grace, stranger = arrive("grace"), arrive("stranger", java_script_enabled=False)
    grace.sign_up()
    make_mesh(grace, "Door")
    link = invite(grace)
    stranger.page.goto(link)
    expect(stranger.page.get_by_text("install | sh -s -- --join")).to_be_visible()
    stranger.page.get_by_text("I have claudemesh").click()
    expect(stranger.page.get_by_text(f"claudemesh join {link}")).to_be_visible()
