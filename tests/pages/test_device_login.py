"""The page that lets a device in: what it shows to whom, and that only a person decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import CliSession, DeviceLogin, LoginState, User
from accounts.services import device_login, device_polling
from accounts.services.device_login import Started
from tests.pages.conftest import PASSWORD
from tests.pages.reading import Page


@pytest.fixture
def asking(db: None) -> Started:
    """A terminal that waits."""
    return device_login.start(
        hostname="alice-laptop", platform="linux", arch="arm64", address="203.0.113.7"
    )


def state() -> str:
    return DeviceLogin.objects.get().state


def poll(asking: Started) -> device_polling.Polled:
    return device_polling.poll(device_code=asking.device_code, address="203.0.113.7")


def by_session(asking: Started) -> str:
    return f"/cli-auth?session={asking.session_id}"


def test_the_page_shows_who_asks_and_the_code_to_compare(browser: Client, asking: Started) -> None:
    response = browser.get(by_session(asking))
    text = response.content.decode()
    for part in (
        "alice-laptop",
        "linux arm64",
        "203.0.113.7",
        asking.user_code,
        "differs from yours",
    ):
        assert part in text
    assert "Only approve if this code is on YOUR screen" in text
    assert asking.device_code not in text
    assert "no-store" in response["Cache-Control"]


def test_approving_lets_the_device_in_as_whoever_approved(
    browser: Client, alice: User, asking: Started
) -> None:
    form = Page(browser.get(by_session(asking)).content.decode()).form_to("/cli-auth")
    (session,) = [each["value"] for each in form.inputs if each.get("name") == "session"]
    response = browser.post("/cli-auth", {"session": session, "decision": "approve"})
    assert b"Go back to your terminal" in response.content
    polled = poll(asking)
    assert (polled.status, polled.user) == ("approved", alice)
    assert polled.token not in response.content.decode()


def test_a_typed_code_finds_the_device_and_can_be_approved(
    browser: Client, asking: Started
) -> None:
    typed = asking.user_code.lower().replace("-", " ")
    assert b"alice-laptop" in browser.get("/cli-auth", {"code": typed}).content
    browser.post("/cli-auth", {"session": typed, "decision": "approve"})
    assert state() == LoginState.APPROVED


def test_denying_turns_the_device_away(browser: Client, asking: Started) -> None:
    response = browser.post("/cli-auth", {"session": asking.session_id, "decision": "deny"})
    assert b"That device gets nothing" in response.content
    assert poll(asking).status == "denied"
    assert not CliSession.objects.exists()


def test_looking_decides_nothing(browser: Client, asking: Started) -> None:
    for query in ("", "&decision=approve"):
        browser.get(by_session(asking) + query)
    browser.head(by_session(asking))
    browser.post("/cli-auth", {"session": asking.session_id})
    browser.post("/cli-auth", {"session": asking.session_id, "decision": "perhaps"})
    assert state() == LoginState.PENDING


def test_a_stranger_sees_who_asks_and_signs_in_on_the_spot(
    stranger: Client, alice: User, asking: Started
) -> None:
    text = stranger.get(by_session(asking)).content.decode()
    page = Page(text)
    assert "alice-laptop" in text
    assert asking.user_code not in text
    assert "decision" not in text
    fields = {each["name"]: each.get("value") for each in page.form_to("/login").inputs[:-1]}
    sent = {"login": alice.email, "password": PASSWORD, "next": fields["next"]}
    response = stranger.post("/login", sent, follow=True)
    assert response.redirect_chain == [(by_session(asking), 302)]
    assert asking.user_code in response.content.decode()
    assert state() == LoginState.PENDING


def test_a_stranger_can_make_an_account_and_come_back(stranger: Client, asking: Started) -> None:
    links = [
        each["href"] for each in Page(stranger.get(by_session(asking)).content.decode()).all("a")
    ]
    assert f"/signup?next=%2Fcli-auth%3Fsession%3D{asking.session_id}" in links


def test_a_stranger_cannot_answer(stranger: Client, asking: Started) -> None:
    response = stranger.post("/cli-auth", {"session": asking.session_id, "decision": "approve"})
    assert response.status_code == 302
    assert response["Location"].startswith("/login?next=/cli-auth")
    assert state() == LoginState.PENDING


def test_mallory_cannot_have_alices_browser_approve(alice: User, asking: Started) -> None:
    """A form on another site posts without the token of this one."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    response = browser.post("/cli-auth", {"session": asking.session_id, "decision": "approve"})
    assert response.status_code == 403
    assert state() == LoginState.PENDING


def test_mallory_cannot_take_an_answered_attempt_over(
    browser: Client, mallorys_browser: Client, alice: User, asking: Started
) -> None:
    browser.post("/cli-auth", {"session": asking.session_id, "decision": "approve"})
    for decision in ("approve", "deny"):
        answer = {"session": asking.session_id, "decision": decision}
        assert mallorys_browser.post("/cli-auth", answer).status_code == 410
    assert poll(asking).user == alice


@pytest.mark.parametrize("field", ["hostname", "platform", "arch"])
def test_what_a_hostile_device_says_of_itself_is_text(browser: Client, field: str) -> None:
    said = {"hostname": "", "platform": "", "arch": "", field: '"><script>alert(1)</script>'}
    asking = device_login.start(**said, address=None)
    for client in (browser, Client()):
        text = client.get(by_session(asking)).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_a_hostile_handle_leads_nowhere_else(stranger: Client, db: None) -> None:
    for handle in ("//evil.example", "clm_sess_//evil.example", '"><script>alert(1)</script>'):
        response = stranger.post("/cli-auth", {"session": handle, "decision": "approve"})
        assert response["Location"].startswith("/login?next=/cli-auth%3Fsession%3D")
        assert b"<script>alert" not in stranger.get("/cli-auth", {"session": handle}).content


def test_too_late(browser: Client, asking: Started) -> None:
    DeviceLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (
        browser.get(by_session(asking)),
        browser.post("/cli-auth", {"session": asking.session_id, "decision": "approve"}),
    ):
        assert response.status_code == 410
        assert b"Nothing waits here any more" in response.content
    assert poll(asking).status == "expired"


def test_a_wrong_code_is_said_and_five_lock_the_guesser_out(
    browser: Client, asking: Started
) -> None:
    for _ in range(5):
        response = browser.get("/cli-auth", {"code": "ZZZZ-ZZZZ"})
        assert response.status_code == 404
        assert b"No device waits for that" in response.content
    locked = browser.get("/cli-auth", {"code": asking.user_code})
    assert locked.status_code == 429
    assert b"Too many wrong codes" in locked.content
    assert browser.get(by_session(asking)).status_code == 200


def test_answers_count_as_guesses_too(browser: Client, asking: Started) -> None:
    for _ in range(5):
        browser.post("/cli-auth", {"session": "ZZZZ-ZZZZ", "decision": "approve"})
    answer = {"session": asking.user_code, "decision": "approve"}
    assert browser.post("/cli-auth", answer).status_code == 429
    assert state() == LoginState.PENDING


def test_without_a_name_a_code_can_be_typed(stranger: Client, db: None) -> None:
    page = Page(stranger.get("/cli-auth").content.decode())
    form = page.form_to("/cli-auth")
    assert form.attributes["method"] == "get"
    assert form.names == {"code"}
