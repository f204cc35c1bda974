"""Renders a mail into a message with text, HTML and headers. Sends nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from emails import links
from emails.lines import SUBJECT_CHARS, one_line
from emails.mail import Mail


def compose(mail: Mail) -> EmailMultiAlternatives:
    """The message to send.

    Raises ValidationError unless `mail.to` is exactly one address, links.ForeignLink if it
    would lead to another site.
    """
    validate_email(mail.to)
    links.require_own(mail.links)
    subject = one_line(mail.subject, max_chars=SUBJECT_CHARS)
    context = {
        **mail.context,
        "subject": subject,
        "app_url": settings.APP_URL,
        "app_host": links.app_host(),
    }
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"emails/{mail.template}.txt", context),
        to=[mail.to],
        headers=headers(mail),
    )
    html = render_to_string(f"emails/{mail.template}.html", context)
    message.attach_alternative(html, "text/html")
    return message


def headers(mail: Mail) -> dict[str, Any]:
    """Marks it as written by a machine (RFC 3834); optional mail names its way out (RFC 8058).

    The one-click header is for https addresses only, as RFC 8058 section 3.1 asks.
    """
    found = {"Auto-Submitted": "auto-generated"}
    leave = mail.context.get("unsubscribe_url")
    if leave:
        found["List-Unsubscribe"] = f"<{leave}>"
        if leave.startswith("https://"):
            found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found
