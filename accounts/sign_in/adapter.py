"""Where django-allauth asks us: which mails to send, which addresses to trust, who is asking."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.addresses import client_address
from accounts.sign_in import mails


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Links come from APP_URL and addresses from the connection, never from a request's headers."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our own mails in place of allauth's template."""
        mails.send(template_prefix, to=email, context=context)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Somebody signs up with an address that has an account: tell the address, not them."""
        mails.send("account/email/account_already_exists", to=email, context={})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """`key` is `<account>-<token>`; a forged Host header cannot lead the link elsewhere."""
        example = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.APP_URL) + example.replace("UID-KEY", quote(key))

    def get_client_ip(self, request: HttpRequest) -> str:
        """What limits on attempts count by; "unknown" shares one count (a unix socket)."""
        return client_address(request) or "unknown"

    def is_safe_url(self, url: str) -> bool:
        """Whether `next` stays on this site."""
        return is_own_address(url)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed sign-ins of an account are counted as one, under whatever host name they come."""
        return f"sign-in:{str(credentials.get('email', '')).strip().lower()}"


def is_own_address(url: str) -> bool:
    """True for an address of this site: a path, or one that begins with APP_URL's host."""
    host = settings.APP_URL.partition("://")[2]
    return url_has_allowed_host_and_scheme(
        url, allowed_hosts={host}, require_https=settings.BEHIND_HTTPS
    )
