"""What is done on a page before its picture is taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.screenshots.people import PASSWORD, address_of

#: Device logins that wait; see `accounts`.
LOGINS = ("waiting", "to_approve", "to_deny")
TOTP_STEP_S = 30


def sign_in(page: Page, name: str, *, totp_secret: str = "", stop_at_code: bool = False) -> None:
    """By the forms; `totp_secret` when the account asks for a code of its app."""
    page.goto("/login?next=/dashboard/devices")
    form = page.locator("form[action='/login']")
    form.locator("[name=login]").fill(address_of(name))
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("button[type=submit]").click()
    if totp_secret:
        page.wait_for_url("**/login/code*")
        if stop_at_code:
            return
        page.locator("[name=code]").fill(totp(totp_secret))
        page.locator("main form:has([name=code]) button[type=submit]").first.click()
    page.wait_for_url("**/dashboard/devices")


def totp(secret: str) -> str:
    """The code that an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // TOTP_STEP_S)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def press(selector: str) -> Callable[[Page], None]:
    """Click a button that sends a form."""

    def act(page: Page) -> None:
        with page.expect_navigation():
            page.locator(selector).first.click()

    return act


def mistype_password(page: Page) -> None:
    page.locator("[name=login]").fill(address_of("alice"))
    page.locator("[name=password]").fill("wrong horse battery")
    press("form[action='/login'] button[type=submit]")(page)


def choose_weak_password(page: Page) -> None:
    page.locator("[name=email]").fill(address_of("weak"))
    page.locator("[name=password1]").fill("password")
    press("form[action='/signup'] button[type=submit]")(page)


def sign_up(page: Page) -> None:
    page.locator("[name=email]").fill(address_of("newcomer"))
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=name]").fill("Newcomer")
    press("form[action='/signup'] button[type=submit]")(page)


def name_a_mesh_badly(page: Page) -> None:
    page.locator("main [name=name]").fill(" ")
    press("main form button[type=submit]")(page)


def wait_until_live(page: Page) -> None:
    expect(page.locator("[data-live-state]")).to_have_text("Live.")


def open_last_menu(page: Page) -> None:
    page.locator("details.menu summary").last.click()


def verify_audit(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Verify").first.click()


def open_first_row(page: Page) -> None:
    page.locator("#result_list tbody a").first.click()
    page.wait_for_load_state()


def choose_action(action: str) -> Callable[[Page], None]:
    """Select the first row of a list in the admin and ask for something to be done with it."""

    def act(page: Page) -> None:
        page.locator("input.action-select").first.check()
        page.locator("select[name=action]").select_option(action)
        press("button[name=index]")(page)

    return act
