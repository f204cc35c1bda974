"""Names are chosen by strangers: they break no header, forge no line, make no link, stay short."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emails.lines import NAME_CHARS, SUBJECT_CHARS, name, one_line
from emails.services import send_mfa_changed, send_password_changed, send_verification_code
from tests.emails.sending import AT, DAVE, invite, new_device, warn_of_expiry

pytestmark = pytest.mark.django_db

HOSTILE = [
    "A\r\nBcc: all@example.com",
    "A\nBcc: all@example.com",
    "A\rBcc: all@example.com",
    "A\x00B",
    "A\u2028Bcc: all@example.com",
    "A\u2029B",
    "A\x85B",
    "A\x0bB\x0cC\x1b[31mD",
    "A\u202eevil\u202c",
    "A\u2066B\u200fC\u200b\ufeffD",
    "x" * 10_000,
    "\n" * 10_000,
    "שלום עולם",
    "é\u0301" * 5_000,
    "\ud800",
]
SENDERS: dict[str, Callable[[str], bool]] = {
    "mesh name": lambda text: invite(mesh_name=text),
    "inviter": lambda text: invite(inviter_name=text),
    "role": lambda text: invite(role=text),
    "new device": lambda text: new_device(device=text),
    "its address": lambda text: new_device(address=text),
    "old device": lambda text: warn_of_expiry(device=text),
    "address": lambda text: send_password_changed(to=DAVE, at=AT, address=text),
    "what": lambda text: send_mfa_changed(to=DAVE, what=text, at=AT),
    "code": lambda text: send_verification_code(to=DAVE, code=text),
}


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_no_name_breaks_a_mail(mailoutbox: list, text: str, sender: str) -> None:
    assert SENDERS[sender](text) is True
    (mail,) = mailoutbox
    message = mail.message()
    assert message["Bcc"] is None
    assert "all@example.com" not in mail.recipients()
    assert len(mail.subject) <= SUBJECT_CHARS
    assert one_line(mail.subject, max_chars=SUBJECT_CHARS) == mail.subject
    assert not any(line.startswith("Bcc:") for line in mail.body.splitlines())
    assert not any(char in mail.body for char in "\r\x00\x1b\x0b\u2028\u202e\u2066\u200b")
    assert len(mail.body) < 3_000


def test_a_long_name_is_cut_visibly() -> None:
    assert name("x" * 10_000, otherwise="") == "x" * (NAME_CHARS - 1) + "…"


@pytest.mark.parametrize("text", ["", "  ", "\n\n", "\u202e\u200b", "\x00"])
def test_a_name_of_nothing_is_replaced(mailoutbox: list, text: str) -> None:
    invite(inviter_name=text, mesh_name=text)
    assert mailoutbox[0].subject == "Somebody invites you to a mesh on Claudemesh"


@pytest.mark.parametrize(
    "text",
    [
        "Click https://evil.example/x",
        "visit evil.com now",
        "www.evil.example",
        "http://evil",
        "evil。com",
        "pay@evil.com",
    ],
)
def test_a_name_cannot_become_a_link(text: str) -> None:
    shown = name(text, otherwise="")
    assert "://" not in shown
    assert not any(f"{dot}{end}" in shown for dot in ".。" for end in ("com", "example", "evil"))


@pytest.mark.parametrize("text", ["Acme v2.1", "10.0.0.1", "St. Gallen", "R&D <b>", "שלום", "日本"])
def test_a_harmless_name_stays_as_it_is(text: str) -> None:
    assert name(text, otherwise="") == text


def test_names_are_escaped_in_html_and_plain_in_text(mailoutbox: list) -> None:
    invite(mesh_name="<b>R&D</b>")
    (mail,) = mailoutbox
    ((html, _),) = mail.alternatives
    assert "<b>R&D</b>" in mail.body
    assert "<b>R&D</b>" not in html
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in html


@pytest.mark.parametrize(
    "to",
    [
        "dave@example.com\nBcc: all@example.com",
        "dave@example.com, mallory@example.com",
        "Dave <dave@example.com>",
        "dave",
        "",
    ],
)
def test_what_is_not_one_address_is_not_sent_to(mailoutbox: list, caplog, to: str) -> None:
    assert invite(to=to) is False
    assert mailoutbox == []
    assert all("\n" not in record.getMessage() for record in caplog.records)
