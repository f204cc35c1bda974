"""Resetting a password by mail: no hints, no foreign links, one use."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.sign_in.conftest import sign_in

pytestmark = pytest.mark.django_db
NEW = "brand new horse battery"


def ask(browser: Client, email: str) -> object:
    return browser.post("/password/reset", {"email": email})


def link_in_mail() -> str:
    found = re.search(r"http\S+/password/reset/\S+", mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[0]


def test_the_link_in_the_mail_sets_a_new_password(browser: Client, alice: User) -> None:
    ask(browser, alice.email)
    path = link_in_mail().removeprefix("http://localhost:7900")
    form = browser.get(path, follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    sign_in(browser, alice.email, NEW)
    assert "_auth_user_id" in browser.session


def test_the_link_works_once(alice: User) -> None:
    ask(Client(), alice.email)
    path = link_in_mail().removeprefix("http://localhost:7900")
    first, second = Client(), Client()
    form = first.get(path, follow=True)
    first.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert not second.get(path, follow=True).redirect_chain
    assert User.objects.get(pk=alice.pk).check_password(NEW)


def test_a_forged_host_does_not_get_into_the_link(alice: User) -> None:
    Client(HTTP_HOST="testserver").post("/password/reset", {"email": alice.email})
    assert link_in_mail().startswith("http://localhost:7900/password/reset/")
    refused = Client(HTTP_HOST="evil.example").post("/password/reset", {"email": alice.email})
    assert refused.status_code == 400


def test_an_unknown_address_is_answered_like_a_known_one(alice: User) -> None:
    known, unknown = ask(Client(), alice.email), ask(Client(), "nobody@example.com")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_both_answers_cost_a_mail_so_that_time_tells_nothing(alice: User) -> None:
    ask(Client(), alice.email)
    ask(Client(), "nobody@example.com")
    assert [message.to for message in mail.outbox] == [[alice.email], ["nobody@example.com"]]


def test_asking_again_and_again_is_stopped(alice: User) -> None:
    for _ in range(8):
        ask(Client(), alice.email)
    assert len(mail.outbox) <= 5


@pytest.mark.parametrize("email", ["alice@example.com\nBcc: all@example.com", "a@b\r\nX: y"])
def test_an_address_with_a_line_break_reaches_no_header(email: str, alice: User) -> None:
    ask(Client(), email)
    assert mail.outbox == []


def test_the_reset_page_lets_no_link_out_by_referrer(browser: Client, alice: User) -> None:
    ask(browser, alice.email)
    path = link_in_mail().removeprefix("http://localhost:7900")
    response = browser.get(path, follow=True)
    assert response["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert response.redirect_chain, "the token must leave the address bar"
