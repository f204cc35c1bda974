"""Mails about an account and how one signs in to it. They always go: they are about safety."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from emails import links
from emails.delivery import deliver
from emails.lines import moment, name
from emails.mail import Mail

CODE_LIFETIME_S = 900  # django-allauth's default


def send_verification_code(*, to: str, code: str) -> bool:
    """The code that proves, on sign-up or a change of address, that `to` is the person's."""
    code = name(code, otherwise="")
    lifetime_s = getattr(settings, "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT", CODE_LIFETIME_S)
    return deliver(
        Mail(
            to=to,
            subject=f"{code} — Claudemesh email verification",
            template="verification_code",
            context={"code": code, "lifetime": in_words(lifetime_s)},
        )
    ).taken


def send_account_exists(*, to: str, login_url: str, reset_url: str) -> bool:
    """Somebody signs up with an address that has an account: only its owner learns that."""
    return deliver(
        Mail(
            to=to,
            subject="You already have a Claudemesh account",
            template="account_exists",
            context={"login_url": login_url, "reset_url": reset_url},
        )
    ).taken


def send_password_reset(*, to: str, url: str) -> bool:
    """The link that sets a new password."""
    lifetime = in_words(settings.PASSWORD_RESET_TIMEOUT)
    return deliver(
        Mail(
            to=to,
            subject="Reset your Claudemesh password",
            template="password_reset",
            context={"url": url, "lifetime": lifetime},
        )
    ).taken


def send_password_reset_unknown(*, to: str) -> bool:
    """Somebody asks to reset the password of an address that has no account."""
    return deliver(
        Mail(
            to=to,
            subject="There is no Claudemesh account for this address",
            template="password_reset_unknown",
            context={"signup_url": links.page("account_signup")},
        )
    ).taken


def send_password_changed(*, to: str, at: datetime, address: str | None) -> bool:
    """The password was changed at `at` from the network address `address`."""
    return deliver(
        Mail(
            to=to,
            subject="Your Claudemesh password was changed",
            template="password_changed",
            context={
                "when": moment(at),
                "address": name(address or "", otherwise="unknown"),
                "reset_url": links.page("account_reset_password"),
                "devices_url": links.page("devices"),
            },
        )
    ).taken


def send_mfa_changed(*, to: str, what: str, at: datetime) -> bool:
    """How one signs in was changed; `what` completes the sentence "On your account …"."""
    return deliver(
        Mail(
            to=to,
            subject="How you sign in to Claudemesh was changed",
            template="mfa_changed",
            context={
                "what": name(what, otherwise="something was changed"),
                "when": moment(at),
                "reset_url": links.page("account_reset_password"),
                "security_url": links.page("mfa_index"),
            },
        )
    ).taken


def in_words(seconds: float) -> str:
    """`15 minutes`, `1 hour`; what is not whole hours is told in minutes, rounded down."""
    hours, rest = divmod(int(seconds), 3600)
    if hours and not rest:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    minutes = max(1, int(seconds) // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
