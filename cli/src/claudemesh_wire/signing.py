"""Ed25519 keys, signatures and their check (RFC 8032), hex in and hex out; knows no messages."""

import re
from dataclasses import dataclass, field

import nacl.bindings as sodium
from nacl.exceptions import CryptoError

_KEY = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class BadKey(ValueError):
    """A key that is not what it should be: length, alphabet, or no usable point."""


@dataclass(frozen=True)
class KeyPair:
    """An ed25519 key pair: `public` 64 hex, `secret` 128 hex (seed then public key)."""

    public: str
    secret: str = field(repr=False)


def generate_keypair() -> KeyPair:
    """A new random key pair."""
    public, secret = sodium.crypto_sign_keypair()
    return KeyPair(public.hex(), secret.hex())


def keypair_from_seed(seed: bytes) -> KeyPair:
    """The key pair of a 32-byte seed. Raises BadKey for another length."""
    if len(seed) != sodium.crypto_sign_SEEDBYTES:
        raise BadKey("A seed has 32 bytes.")
    public, secret = sodium.crypto_sign_seed_keypair(seed)
    return KeyPair(public.hex(), secret.hex())


def is_public_key(text: str) -> bool:
    """True for 64 lower-case hex characters; says nothing about the point behind them."""
    return _KEY.fullmatch(text) is not None


def public_bytes(public_hex: str) -> bytes:
    """The 32 bytes of a public key. Raises BadKey."""
    if not is_public_key(public_hex):
        raise BadKey("A public key is 64 lower-case hex characters.")
    return bytes.fromhex(public_hex)


def secret_bytes(secret_hex: str) -> bytes:
    """The 64 bytes of a secret key. Raises BadKey, without the key in its message."""
    if _SIGNATURE.fullmatch(secret_hex) is None:
        raise BadKey("A secret key is 128 lower-case hex characters.")
    return bytes.fromhex(secret_hex)


def sign(message: str | bytes, secret_hex: str) -> str:
    """The detached signature, 128 hex. Text is signed as UTF-8. Raises BadKey."""
    data = message.encode() if isinstance(message, str) else message
    signed = sodium.crypto_sign(data, secret_bytes(secret_hex))
    return signed[: sodium.crypto_sign_BYTES].hex()


def verify(message: str | bytes, signature_hex: str, public_hex: str) -> bool:
    """True if `public_hex` signed `message`. False for junk of any kind; never raises.

    Upper-case hex, wrong lengths, low-order points and non-canonical scalars are all False, so
    that one signature has one spelling.
    """
    if _SIGNATURE.fullmatch(signature_hex) is None or _KEY.fullmatch(public_hex) is None:
        return False
    try:
        data = message.encode() if isinstance(message, str) else message
        sodium.crypto_sign_open(bytes.fromhex(signature_hex) + data, bytes.fromhex(public_hex))
    except (CryptoError, UnicodeEncodeError):
        return False
    return True
