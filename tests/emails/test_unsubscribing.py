"""An address can say no to optional mail, by one click and without an account, and yes again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from pytest_django.fixtures import Settings

from emails import addresses, selectors, services
from emails.links import SALT, unsubscribe_url
from emails.models import Unsubscribed
from tests.emails.sending import APP, DAVE, OPTIONAL, SENDERS, invite

pytestmark = pytest.mark.django_db

ERIN = "erin@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def dave() -> Client:
    """A browser without any session, that checks CSRF as for real."""
    return Client(enforce_csrf_checks=True)


def link_in(mail: Any) -> str:
    header = mail.extra_headers["List-Unsubscribe"]
    return str(header).removeprefix(f"<{APP}").removesuffix(">")


@pytest.fixture
def link(mailoutbox: list) -> str:
    """The path of the unsubscribe link in dave's invitation."""
    invite()
    return link_in(mailoutbox.pop())


def test_one_click_of_a_mail_program(dave: Client, link: str, mailoutbox: list) -> None:
    """RFC 8058: a form posted without cookies; the answer is no redirect."""
    response = dave.post(link, ONE_CLICK)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain"
    assert invite() is False
    assert mailoutbox == []


def test_looking_at_the_page_changes_nothing(dave: Client, link: str) -> None:
    """Scanners follow every link in a mail."""
    for method in ("get", "head", "options"):
        getattr(dave, method)(link)
    assert "Stop these mails" in dave.get(link).content.decode()
    assert invite() is True


def test_a_person_by_the_button_and_back(dave: Client, link: str) -> None:
    response = dave.post(link, {"stop": "1"})
    assert (response.status_code, response.headers["Location"]) == (302, link)
    assert "You are unsubscribed" in dave.get(link).content.decode()
    assert invite() is False
    dave.post(link, {"resume": "1"})
    assert invite() is True


@pytest.mark.parametrize("template", SENDERS)
def test_only_optional_mails_stop(mailoutbox: list, template: str) -> None:
    services.unsubscribe(address_hash=addresses.hash_of(DAVE))
    assert SENDERS[template]() is (template not in OPTIONAL)
    assert len(mailoutbox) == (template not in OPTIONAL)


def test_unsubscribing_is_for_one_address(dave: Client, link: str) -> None:
    dave.post(link, ONE_CLICK)
    assert invite(to=ERIN) is True


def test_letter_case_does_not_matter(dave: Client, link: str) -> None:
    dave.post(link, ONE_CLICK)
    assert invite(to="Dave@Example.COM") is False


def test_twice_is_as_once(dave: Client, link: str) -> None:
    for _ in range(2):
        assert dave.post(link, ONE_CLICK).status_code == 200
    assert Unsubscribed.objects.count() == 1


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "x",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: addresses.hash_of(ERIN) + token[64:],
        lambda token: addresses.hash_of(ERIN),
        lambda token: Signer(salt="another use").sign(addresses.hash_of(ERIN)),
        lambda token: Signer(key="mallory's", salt=SALT).sign(addresses.hash_of(ERIN)),
    ],
    ids=["junk", "changed", "of another", "unsigned", "another salt", "another key"],
)
def test_mallory_cannot_forge_a_link(dave: Client, link: str, forge: Any) -> None:
    token = link.removeprefix("/unsubscribe/")
    forged = f"/unsubscribe/{forge(token)}"
    assert dave.get(forged).status_code == 404
    assert dave.post(forged, ONE_CLICK).status_code == 404
    assert Unsubscribed.objects.count() == 0


def test_the_page_is_neither_stored_nor_found_nor_told_to_others(dave: Client, link: str) -> None:
    headers = dave.get(link).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_other_methods_are_refused(dave: Client, link: str) -> None:
    assert dave.delete(link).status_code == 405
    assert dave.put(link).status_code == 405


def test_no_address_is_stored_or_in_the_link(dave: Client, link: str) -> None:
    dave.post(link, ONE_CLICK)
    (row,) = Unsubscribed.objects.values_list("address_hash", flat=True)
    assert row == addresses.hash_of(DAVE)
    assert "dave" not in row + link
    assert row in str(Unsubscribed.objects.get().pk)


def test_a_new_encryption_key_in_front_still_finds_them(settings: Settings) -> None:
    services.unsubscribe(address_hash=addresses.hash_of(DAVE))
    settings.BROKER_ENCRYPTION_KEYS = ["0f" * 32, *settings.BROKER_ENCRYPTION_KEYS]
    assert selectors.is_unsubscribed(DAVE)
    settings.BROKER_ENCRYPTION_KEYS = ["0f" * 32]
    assert not selectors.is_unsubscribed(DAVE)


def test_resuming_finds_a_row_of_an_older_key(settings: Settings, dave: Client) -> None:
    services.unsubscribe(address_hash=addresses.hash_of(DAVE))
    old_link = unsubscribe_url(DAVE).removeprefix(APP)
    settings.BROKER_ENCRYPTION_KEYS = ["0f" * 32, *settings.BROKER_ENCRYPTION_KEYS]
    dave.post(old_link, {"resume": "1"})
    assert invite() is True


def test_without_a_key_no_optional_mail_goes(settings: Settings, mailoutbox: list, caplog) -> None:
    """Whether the address wants it cannot be known then."""
    settings.BROKER_ENCRYPTION_KEYS = []
    assert invite() is False
    assert mailoutbox == []
    assert "BROKER_ENCRYPTION_KEY" in caplog.text


def test_the_one_click_header_is_for_https_only(settings: Settings, mailoutbox: list) -> None:
    invite()
    assert "List-Unsubscribe-Post" not in mailoutbox[0].extra_headers
    settings.APP_URL = "https://mesh.example.org"
    invite(url="https://mesh.example.org/i/AbCdEf23")
    headers = mailoutbox[1].extra_headers
    assert headers["List-Unsubscribe"].startswith("<https://mesh.example.org/unsubscribe/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_forged_host_header_does_not_change_where_the_page_leads(dave: Client, link: str) -> None:
    response = dave.post(link, {"stop": "1"}, headers={"host": "127.0.0.1"})
    assert response.headers["Location"] == link
