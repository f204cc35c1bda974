"""Addresses in mails: all begin with APP_URL, whatever host a request came in by."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from emails import addresses

SALT = "emails.unsubscribe"


class ForeignLink(ValueError):
    """A link in a mail that leads elsewhere."""


def require_own(links: list[str]) -> None:
    """Raises ForeignLink if one of `links` is not an address of this broker."""
    if not all(link.startswith(f"{settings.APP_URL}/") for link in links):
        raise ForeignLink("A link in the mail does not begin with APP_URL.")


def app_host() -> str:
    """The name people know the broker by."""
    return urlsplit(settings.APP_URL).netloc


def page(name: str) -> str:
    """The address of the page that the URL map calls `name`."""
    return str(settings.APP_URL) + reverse(name)


def install_and_join(url: str) -> str:
    """The one line that installs the CLI and joins by the invitation `url`."""
    return f"curl -fsSL {settings.APP_URL}/install | sh -s -- --join {url}"


def unsubscribe_url(address: str) -> str:
    """The link that stops optional mails to `address`. It names the address by its hash only."""
    token = Signer(salt=SALT).sign(addresses.hash_of(address))
    return settings.APP_URL + reverse("unsubscribe", args=[token])


def address_hash_in(token: str) -> str | None:
    """The hash that a token of `unsubscribe_url` stands for; None for a forged or broken one."""
    try:
        return Signer(salt=SALT).unsign(token)
    except BadSignature:
        return None
