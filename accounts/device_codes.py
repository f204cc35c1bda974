"""The three codes of a device login: how they are made, read and hashed. Stores nothing."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.crypto import salted_hmac

#: No vowels, so no words; no Y, no digits, so nothing to mistake (RFC 8628, section 6.1).
USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_CHARS = 8
SESSION_ID_PREFIX = "clm_sess_"
#: Longer text is none of our codes and is not worth hashing.
MAX_CHARS = 128


def new_device_code() -> str:
    """The secret of the device that asks: 256 bits, never shown to anybody."""
    return secrets.token_urlsafe(32)


def new_session_id() -> str:
    """The name of an attempt in a browser's address: 192 bits, opens nothing by itself."""
    return SESSION_ID_PREFIX + secrets.token_urlsafe(24)


def user_code_of(session_id: str) -> str:
    """The code that terminal and browser both show, `BCDF-GHJK`.

    Derived with SECRET_KEY, so that a page that has the session id can show it while the
    database cannot.
    """
    digest = salted_hmac("accounts.user_code", session_id, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(USER_CODE_CHARS):
        number, place = divmod(number, len(USER_CODE_ALPHABET))
        letters.append(USER_CODE_ALPHABET[place])
    return _grouped("".join(letters))


def is_session_id(handle: str) -> bool:
    """Whether `handle` names an attempt by its session id; else it can only be a user code."""
    return handle.startswith(SESSION_ID_PREFIX)


def typed_user_code(text: str) -> str:
    """A user code as typed (any case, any spaces or dashes) in the form in which it is shown."""
    return _grouped("".join(char for char in text.upper() if char.isalnum()))


def secret_hash(code: str) -> str:
    """SHA-256 of a code that is too long to be guessed: a device code or a session id."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def user_code_hash(code: str) -> str:
    """A hash of a user code. Keyed, because all 20^8 codes could be tried in a minute."""
    return salted_hmac("accounts.user_code_hash", code, algorithm="sha256").hexdigest()


def _grouped(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:]}"
