"""Encrypts secrets at rest with the broker's keys. Decides nothing about who may read them.

Fernet (AES-128-CBC and HMAC-SHA256, the `cryptography` library's recipe): the first key
encrypts, every key decrypts, so a key is rotated by putting a new one in front.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
HOW_TO_MAKE_ONE = (
    "BROKER_ENCRYPTION_KEY must hold keys of 32 bytes, as 64 hex or URL-safe base64 characters, "
    'separated by commas. Make one with: python -c "import secrets; print(secrets.token_hex(32))"'
)


class VaultError(Exception):
    """Stored ciphertext that no configured key opens."""


def encrypt(data: bytes) -> str:
    """`data` under the first key. Raises ImproperlyConfigured when there is no usable key."""
    return _fernet(tuple(settings.BROKER_ENCRYPTION_KEYS)).encrypt(data).decode()


def decrypt(stored: str) -> bytes:
    """What `encrypt` was given, under whichever key. Raises VaultError if none fits."""
    try:
        return _fernet(tuple(settings.BROKER_ENCRYPTION_KEYS)).decrypt(stored)
    except InvalidToken as error:
        raise VaultError("No key in BROKER_ENCRYPTION_KEY opens this secret.") from error


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured(HOW_TO_MAKE_ONE)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key_bytes(key))) for key in keys])


def key_bytes(key: str) -> bytes:
    """The 32 bytes a configured key stands for. Raises ImproperlyConfigured with the fix."""
    key = key.strip()
    try:
        if len(key) == KEY_BYTES * 2:
            return bytes.fromhex(key)
        raw = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured(HOW_TO_MAKE_ONE) from error
    if len(raw) != KEY_BYTES:
        raise ImproperlyConfigured(HOW_TO_MAKE_ONE)
    return raw
