"""Hands one mail to the configured provider and says truthfully whether it was taken."""

from __future__ import annotations

import logging
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

TAKEN = frozenset({"queued", "sent"})


def deliver(*, to: str, subject: str, template: str, context: dict[str, Any]) -> bool:
    """Render `emails/<template>.txt` and `.html` and send them to one address.

    True only if the provider took the mail. Whatever goes wrong on the way (refused, timed out
    after EMAIL_TIMEOUT, misconfigured) is logged with the provider's answer and is False: no
    mail is worth failing the request that asked for it.
    """
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=render_to_string(f"emails/{template}.txt", context),
        to=[to],
    )
    message.attach_alternative(render_to_string(f"emails/{template}.html", context), "text/html")
    try:
        taken = message.send() == 1 and provider_took(message)
    except Exception:
        logger.exception("The mail %s could not be sent.", template)
        return False
    if not taken:
        logger.warning("The provider did not take the mail %s: %s", template, answer(message))
    return taken


def provider_took(message: EmailMultiAlternatives) -> bool:
    """What anymail says of the recipient; other backends say it with the number sent."""
    status = getattr(message, "anymail_status", None)
    if status is None or status.status is None:
        return True
    return bool(status.status <= TAKEN)


def answer(message: EmailMultiAlternatives) -> Any:
    """The provider's answer, for the log."""
    status = getattr(message, "anymail_status", None)
    return getattr(status, "esp_response", None) or getattr(status, "status", "no answer")


def one_line(text: str) -> str:
    """Text fit for a header: line breaks and runs of blanks become one blank."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
