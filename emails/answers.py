"""What a provider said of a mail, as one line for the log: bounded, and without its secrets."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Literal
from urllib.parse import quote

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMultiAlternatives

from emails.addresses import masked
from emails.lines import one_line
from emails.mail import Mail

ANSWER_CHARS = 500
TAKEN_STATUSES = frozenset({"queued", "sent"})
REFUSED_STATUSES = frozenset({"rejected", "invalid", "failed"})


def is_refusal(error: Exception) -> bool:
    """Whether the provider itself said no; else it is unknown what it thinks of the mail."""
    if isinstance(error, AnymailAPIError):
        return 400 <= (error.status_code or 0) < 500
    return isinstance(
        error, AnymailRecipientsRefused | SMTPRecipientsRefused | SMTPResponseException
    )


def is_foreseen(error: Exception) -> bool:
    """Whether such an error is a matter of settings, addresses or networks, not of code."""
    return isinstance(
        error, OSError | SMTPException | AnymailError | ValidationError | ImproperlyConfigured
    )


def verdict(message: EmailMultiAlternatives) -> Literal["taken", "refused", "failed"]:
    """What anymail says of the recipient; other backends say it by not raising."""
    status = getattr(message, "anymail_status", None)
    if status is None or status.status is None or status.status <= TAKEN_STATUSES:
        return "taken"
    return "refused" if status.status <= REFUSED_STATUSES else "failed"


def of_error(error: BaseException) -> str:
    """What the provider, or the way to it, answered by an exception."""
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(_smtp(*answer) for answer in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return _smtp(error.smtp_code, error.smtp_error)
    if isinstance(error, AnymailError) and error.response is not None:
        # Not str(error): that quotes the body, and secrets are looked for in the plain one.
        return " ".join([*map(str, error.args), of_response(error.response)])
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return f"{type(error).__name__}: {error}"


def of_message(message: EmailMultiAlternatives) -> str:
    """What the provider answered to a message that was sent."""
    response = getattr(getattr(message, "anymail_status", None), "esp_response", None)
    return of_response(response) if response is not None else "handed over without a complaint"


def of_response(response: Any) -> str:
    """Status and body of an HTTP answer."""
    return f"HTTP {response.status_code} {response.text}"


def fit_for_log(answer: str, mail: Mail) -> str:
    """`answer` in one bounded line, with secrets and the address replaced."""
    return one_line(without_secrets(answer, mail), max_chars=ANSWER_CHARS)


def without_secrets(text: str, mail: Mail) -> str:
    """`text` with every secret of the mail taken out, however it was encoded on the way."""
    text = text.replace("=\r\n", "").replace("=\n", "")  # quoted-printable breaks words
    for secret in mail.secrets:
        for spelling in _spellings(secret):
            text = text.replace(spelling, "[secret]")
    return text.replace(mail.to, masked(mail.to))


def _spellings(secret: str) -> list[str]:
    """As it is, and as in an address; JSON and HTML leave the letters of a secret alone."""
    return [secret, quote(secret, safe="", errors="replace")]


def _smtp(code: int, text: bytes | str) -> str:
    shown = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {shown}"
