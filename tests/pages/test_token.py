"""The token to paste: minted on request, shown once, kept by nobody."""

from __future__ import annotations

import re

from django.test import Client

from accounts import selectors
from accounts.models import CliSession, User

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


def test_a_token_works_and_is_never_cached(browser: Client, alice: User) -> None:
    response = browser.post("/token", {"hostname": "build-box"})
    (token,) = TOKEN.findall(response.content.decode())
    session = selectors.session_of_token(token)
    assert session is not None
    assert (session.user_id, session.hostname) == (alice.pk, "build-box")
    assert "no-store" in response["Cache-Control"]


def test_it_is_shown_in_that_one_answer_only(browser: Client) -> None:
    browser.post("/token", {})
    for path in ("/token", "/dashboard/devices"):
        assert not TOKEN.search(browser.get(path).content.decode())


def test_looking_mints_nothing(browser: Client) -> None:
    assert "no-store" in browser.get("/token")["Cache-Control"]
    assert not CliSession.objects.exists()


def test_a_stranger_gets_none(stranger: Client) -> None:
    response = stranger.post("/token", {})
    assert response["Location"] == "/login?next=/token"
    assert not CliSession.objects.exists()


def test_a_name_that_steers_a_terminal_is_refused(browser: Client) -> None:
    response = browser.post("/token", {"hostname": "x\x1b[2J"})
    assert b"Must not contain control characters." in response.content
    assert not CliSession.objects.exists()
    assert b'aria-invalid="true"' in response.content
