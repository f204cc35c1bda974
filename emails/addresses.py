"""Hashes of mail addresses, so that the table of those who want none is no list of addresses.

HMAC-SHA256 under a key derived from BROKER_ENCRYPTION_KEY: without that key nobody can tell
whether an address is among them. After a rotation the older keys still find theirs.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from emails.lines import one_line
from storing import vault

PURPOSE = b"claudemesh: mail addresses that unsubscribed"


def hash_of(address: str) -> str:
    """The hash of `address` under the newest key, in hex; letter case does not matter."""
    return hashes_of(address)[0]


def hashes_of(address: str) -> list[str]:
    """Its hashes under every key, newest first. Raises ImproperlyConfigured without a key."""
    if not settings.BROKER_ENCRYPTION_KEYS:
        raise ImproperlyConfigured(vault.HOW_TO_MAKE_ONE)
    return [_hash(key, address.strip().lower()) for key in settings.BROKER_ENCRYPTION_KEYS]


def _hash(key: str, address: str) -> str:
    derived = hmac.digest(vault.key_bytes(key), PURPOSE, hashlib.sha256)
    return hmac.new(derived, address.encode(), hashlib.sha256).hexdigest()


def masked(address: str) -> str:
    """`d…@example.com`: enough for a log to tell which provider refuses."""
    local, _, domain = address.rpartition("@")
    return one_line(f"{local[:1]}…@{domain}", max_chars=80)
