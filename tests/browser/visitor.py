"""A person at a browser of their own: signing up and in as anybody would, by the forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.broker_process import Broker
from tests.browser import mailbox
from tests.browser.complaints import Complaints

PASSWORD = "correct horse battery"


@dataclass
class Visitor:
    """`page` is the open tab, `broker` the site it looks at; other tabs come from `context`."""

    name: str
    broker: Broker
    context: BrowserContext
    page: Page
    complaints: Complaints

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.name}@example.com"

    def sign_up(self, *, then: str = "/dashboard") -> None:
        """Make an account and prove its address; ends signed in at `then`."""
        self.page.goto(f"/signup?next={then}")
        self.fill_sign_up()
        self.page.wait_for_url(f"**{then}")

    def fill_sign_up(self) -> None:
        """From the open sign-up page: the form, and the code from the mail."""
        before = len(mailbox.mails_to(self.broker, self.email))
        form = self.page.locator("form[action='/signup']")
        form.locator("[name=email]").fill(self.email)
        form.locator("[name=password1]").fill(PASSWORD)
        form.locator("[name=name]").fill(self.name.capitalize())
        form.locator("button[type=submit]").click()
        self.page.wait_for_url("**/signup/verify*")
        code = mailbox.code_in(mailbox.wait_for_mail(self.broker, self.email, count=before + 1))
        self.page.locator("[name=code]").fill(code)
        self.page.get_by_role("button", name="Confirm the address").click()

    def sign_in(self, *, then: str = "/dashboard") -> None:
        """Sign in with the account made before; ends at `then`."""
        self.page.goto(f"/login?next={then}")
        self.fill_sign_in()
        self.page.wait_for_url(f"**{then}")

    def fill_sign_in(self, password: str = PASSWORD) -> None:
        """From the open sign-in page: the form."""
        form = self.page.locator("form[action='/login']")
        form.locator("[name=login]").fill(self.email)
        form.locator("[name=password]").fill(password)
        form.locator("button[type=submit]").click()

    def sign_out(self) -> None:
        """Sign out by the page that asks."""
        self.page.goto("/logout")
        self.page.locator("main form button[type=submit]").click()
        self.page.wait_for_url(f"{self.broker.url}/")

    def sees(self, text: str) -> None:
        """Waits until the page's main part shows `text`."""
        expect(self.page.locator("main")).to_contain_text(text)

    def expect_complaint(self, pattern: str) -> None:
        """The browser may complain of what this regular expression matches (a 404 visited on
        purpose, say)."""
        self.complaints.expect(pattern)


def new_visitor(browser: Any, broker: Broker, name: str, **options: Any) -> Visitor:
    """A person with a fresh profile; options are Playwright's (`color_scheme`, `viewport` …)."""
    context = browser.new_context(base_url=broker.url, **options)
    complaints = Complaints(context, broker.url)
    return Visitor(name, broker, context, context.new_page(), complaints)
