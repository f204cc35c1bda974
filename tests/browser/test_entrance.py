"""Signing up and in with a real browser, and what a new browser sees."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive


def test_alice_signs_up_by_the_code_in_her_mail_and_comes_back_later(arrive: Arrive) -> None:
    alice = arrive("alice")
    alice.sign_up(then="/dashboard/security")
    alice.context.clear_cookies()
    alice.sign_in(then="/dashboard/security")
    expect(alice.page.get_by_role("heading", level=1)).to_be_visible()


def test_two_people_do_not_share_a_session(arrive: Arrive) -> None:
    bob, mallory = arrive("bob"), arrive("mallory")
    bob.sign_up(then="/dashboard/security")
    mallory.page.goto("/dashboard/security")
    assert mallory.page.url.startswith(f"{mallory.broker.url}/login")
