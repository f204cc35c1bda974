"""The invitation mail says who invites where until when, in text and HTML, and nothing secret."""

from datetime import UTC, datetime

import pytest

from emails.services import send_invitation

URL = "http://localhost:7900/i/AbCdEf23"


def send(**changes: object) -> bool:
    wishes = {
        "to": "dave@example.com",
        "mesh_name": "Acme",
        "inviter_name": "Alice",
        "url": URL,
        "expires_at": datetime(2030, 1, 2, 3, 4, tzinfo=UTC),
    }
    return send_invitation(**(wishes | changes))


def test_it_goes_to_the_invited_address_only(mailoutbox: list) -> None:
    assert send() is True
    (mail,) = mailoutbox
    assert mail.recipients() == ["dave@example.com"]
    assert mail.subject == "Alice invites you to Acme on Claudemesh"


def test_text_and_html_say_the_same(mailoutbox: list) -> None:
    send()
    (mail,) = mailoutbox
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    for part in (mail.body, html):
        assert URL in part
        assert f"claudemesh {URL}" in part
        assert "2 January 2030, 03:04" in part
        assert "Alice invites you" in part


def test_names_are_escaped_in_html_and_plain_in_text(mailoutbox: list) -> None:
    send(mesh_name="<b>R&D</b>")
    (mail,) = mailoutbox
    ((html, _),) = mail.alternatives
    assert "<b>R&D</b>" in mail.body
    assert "<b>R&D</b>" not in html
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in html


@pytest.mark.parametrize("name", ["A\r\nBcc: all@example.com", "A\nB", "A\x00B", "A\u2028B"])
def test_a_name_cannot_add_a_header(mailoutbox: list, name: str) -> None:
    assert send(inviter_name=name) is True
    message = mailoutbox[0].message()
    assert message["Bcc"] is None
    assert "\n" not in mailoutbox[0].subject


def test_an_address_with_a_line_break_is_not_sent_to(mailoutbox: list) -> None:
    assert send(to="dave@example.com\nBcc: all@example.com") is False
    assert mailoutbox == []
