"""Which of our mails answers which of django-allauth's occasions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from emails import services as emails

Context = dict[str, Any]


def send(occasion: str, *, to: str, context: Context) -> None:
    """Send the mail of one of allauth's template prefixes. Raises KeyError for an unknown one."""
    MAILS[occasion](to, context)


def _page(name: str) -> str:
    return str(settings.APP_URL) + reverse(name)


def _code(to: str, context: Context) -> None:
    emails.send_verification_code(to=to, code=context["code"])


def _exists(to: str, context: Context) -> None:
    emails.send_account_exists(
        to=to, login_url=_page("account_login"), reset_url=_page("account_reset_password")
    )


def _unknown(to: str, context: Context) -> None:
    emails.send_password_reset_unknown(to=to)


def _reset(to: str, context: Context) -> None:
    emails.send_password_reset(to=to, url=context["password_reset_url"])


def _password_changed(to: str, context: Context) -> None:
    emails.send_password_changed(to=to, at=context["timestamp"], address=context["ip"])


def _changed(what: str) -> Callable[[str, Context], None]:
    """A change of how one signs in; `what` completes "On your account …"."""

    def send_it(to: str, context: Context) -> None:
        emails.send_mfa_changed(to=to, what=what, at=context["timestamp"])

    return send_it


MAILS: dict[str, Callable[[str, Context], None]] = {
    "account/email/email_confirmation": _code,
    "account/email/email_confirmation_signup": _code,
    "account/email/account_already_exists": _exists,
    "account/email/unknown_account": _unknown,
    "account/email/password_reset_key": _reset,
    "account/email/password_reset": _password_changed,
    "account/email/password_changed": _password_changed,
    "account/email/password_set": _password_changed,
    "account/email/email_changed": _changed("the email address was changed"),
    "account/email/email_deleted": _changed("an email address was removed"),
    "mfa/email/totp_activated": _changed("an authenticator app was added"),
    "mfa/email/totp_deactivated": _changed("the authenticator app was removed"),
    "mfa/email/recovery_codes_generated": _changed("new recovery codes were made"),
}
