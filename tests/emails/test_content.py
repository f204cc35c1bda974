"""Every mail: text and HTML that say the same, links to this broker only, nothing remote."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from emails import services
from emails.addresses import hash_of
from emails.services import trial
from tests.emails.sending import (
    APP,
    CODE,
    DAVE,
    DEVICES,
    INVITE,
    MOMENT,
    OPTIONAL,
    RESET,
    SENDERS,
)

pytestmark = pytest.mark.django_db

LINK = re.compile(r"https?://[^\s\"<>]+")
TEMPLATES = settings.BASE_DIR / "templates" / "emails"

SAYS = {
    "invitation": [INVITE, f"curl -fsSL {APP}/install | sh -s -- --join {INVITE}", "member"],
    "verification_code": [CODE, "15 minutes"],
    "account_exists": [f"{APP}/login", f"{APP}/password/reset"],
    "password_reset": [RESET, "once, for 1 hour"],
    "password_reset_unknown": ["no account", f"{APP}/signup"],
    "password_changed": [MOMENT, "203.0.113.7", f"{APP}/password/reset", DEVICES],
    "new_device": ["laptop", MOMENT, "203.0.113.7", DEVICES],
    "expiry_warning": ["laptop", MOMENT, "claudemesh login", DEVICES],
    "mfa_changed": ["On your account", "an authenticator app was added", MOMENT],
    "test_mail": ["send_test_mail"],
}
SUBJECTS = {
    "invitation": "Alice invites you to Acme on Claudemesh",
    "verification_code": "73KQ9F — Claudemesh email verification",
    "account_exists": "You already have a Claudemesh account",
    "password_reset": "Reset your Claudemesh password",
    "password_reset_unknown": "There is no Claudemesh account for this address",
    "password_changed": "Your Claudemesh password was changed",
    "new_device": "New device on your Claudemesh account: laptop",
    "expiry_warning": "Claudemesh on laptop will soon be signed out",
    "mfa_changed": "How you sign in to Claudemesh was changed",
    "test_mail": "A test mail from Claudemesh",
}

every_mail = pytest.mark.parametrize("template", SENDERS)


@pytest.fixture
def sent(mailoutbox: list) -> Callable[[str], EmailMultiAlternatives]:
    """Sends the mail of a template; the message that went out."""

    def send(template: str) -> EmailMultiAlternatives:
        assert SENDERS[template]() is True
        (message,) = mailoutbox
        return message

    return send


def html_of(message: EmailMultiAlternatives) -> str:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return str(html)


def readable(html: str) -> str:
    """The words of an HTML mail, without markup and styles."""
    body = re.sub(r"<head>.*</head>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", body).split())


def test_no_mail_is_forgotten_here() -> None:
    functions = {name.removeprefix("send_") for name in services.__all__ if "send_" in name}
    assert functions | {"test_mail"} == set(SENDERS) == set(SAYS) == set(SUBJECTS)
    assert trial.send_test


def test_every_template_is_a_mail_and_has_a_twin() -> None:
    for kind in ("html", "txt"):
        assert {path.stem for path in TEMPLATES.glob(f"*.{kind}")} == {"base", *SENDERS}


def test_every_mail_is_documented_and_whether_it_is_optional() -> None:
    text = (settings.BASE_DIR / "docs" / "mail.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", text, re.MULTILINE)
    assert dict(rows) == {name: "yes" if name in OPTIONAL else "no" for name in SENDERS}


@every_mail
def test_it_goes_to_one_address_under_a_plain_subject(sent: Callable, template: str) -> None:
    message = sent(template)
    assert message.recipients() == [DAVE]
    assert message.subject == SUBJECTS[template]


@every_mail
def test_text_and_html_both_say_what_matters(sent: Callable, template: str) -> None:
    message = sent(template)
    html = html_of(message)
    for words in SAYS[template]:
        assert words in message.body
        assert words in html if "://" in words else words in readable(html)


@every_mail
def test_text_and_html_have_the_same_links(sent: Callable, template: str) -> None:
    message = sent(template)
    in_text = set(LINK.findall(message.body))
    in_html = {link.removesuffix("/") for link in re.findall(r'href="([^"]+)"', html_of(message))}
    assert in_html <= in_text
    assert in_text - in_html <= {f"{APP}/install"}


@every_mail
def test_every_link_leads_to_this_broker(sent: Callable, template: str) -> None:
    message = sent(template)
    found = LINK.findall(message.body) + LINK.findall(html_of(message))
    assert found
    assert {link for link in found if not link.startswith(APP)} == set()


@every_mail
def test_nothing_is_loaded_from_anywhere(sent: Callable, template: str) -> None:
    html = html_of(sent(template))
    assert not re.search(r"<img|<link|<script|<iframe|<form|url\(|@import|src=", html)
    assert len(html) < 20_000


@every_mail
def test_it_is_a_page_that_programs_with_images_off_and_screen_readers_can_read(
    sent: Callable, template: str
) -> None:
    html = html_of(sent(template))
    assert '<html lang="en"' in html
    assert html.count("<h1") == 1
    assert html.count("<table") == html.count('<table role="presentation"')
    assert "{%" not in html
    assert "{{" not in html


@every_mail
def test_text_lines_are_short_but_for_links_and_facts(sent: Callable, template: str) -> None:
    body = sent(template).body
    assert "&amp;" not in body
    assert {line for line in body.splitlines() if len(line) > 78 and "http" not in line} == set()


@every_mail
def test_only_optional_mails_can_be_unsubscribed(sent: Callable, template: str) -> None:
    message = sent(template)
    optional = template in OPTIONAL
    assert ("/unsubscribe/" in message.body) is optional
    assert ("/unsubscribe/" in html_of(message)) is optional
    assert ("List-Unsubscribe" in message.extra_headers) is optional


@every_mail
def test_machines_do_not_answer_it(sent: Callable, template: str) -> None:
    assert sent(template).message()["Auto-Submitted"] == "auto-generated"


def test_the_role_is_told(mailoutbox: list) -> None:
    SENDERS["invitation"](role="admin")  # type: ignore[call-arg]  # a partial takes more
    assert "You would be:  admin" in mailoutbox[0].body


def test_a_role_that_is_not_known_is_not_made_up(mailoutbox: list) -> None:
    SENDERS["invitation"](role="")  # type: ignore[call-arg]  # a partial takes more
    assert "You would be" not in mailoutbox[0].body
    assert "You would be" not in html_of(mailoutbox[0])


def test_an_unknown_network_address_is_told_as_such(mailoutbox: list) -> None:
    SENDERS["new_device"](address=None)  # type: ignore[call-arg]  # a partial takes more
    assert "From address:  unknown" in mailoutbox[0].body


def test_links_follow_app_url_and_nothing_else(settings, mailoutbox: list) -> None:
    settings.APP_URL = "https://mesh.example.org"
    url = "https://mesh.example.org/i/AbCdEf23"
    assert SENDERS["invitation"](url=url) is True  # type: ignore[call-arg]
    links = LINK.findall(mailoutbox[0].body)
    assert len(links) == 5
    assert all(link.startswith("https://mesh.example.org") for link in links)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/i/AbCdEf23",
        "http://localhost:7900.evil.example/i/AbCdEf23",
        "http://localhost:7900@evil.example/i/AbCdEf23",
        "//evil.example/i/AbCdEf23",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_link_to_elsewhere_is_not_sent(mailoutbox: list, caplog, url: str) -> None:
    assert SENDERS["invitation"](url=url) is False  # type: ignore[call-arg]
    assert mailoutbox == []
    assert "does not begin with APP_URL" in caplog.text
    assert "AbCdEf23" not in caplog.text


def test_the_unsubscribe_link_does_not_name_the_address(sent: Callable) -> None:
    body = sent("invitation").body
    (link,) = [link for link in LINK.findall(body) if "/unsubscribe/" in link]
    assert "dave" not in link
    assert hash_of(DAVE) in link
