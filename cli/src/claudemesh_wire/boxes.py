"""What is encrypted end to end: direct boxes, group boxes, sealed boxes (libsodium formats).

There is no fallback anywhere: what does not open raises `DecryptError`, nothing else.
"""

import binascii
import hashlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Literal

import msgspec
import nacl.bindings as sodium
from nacl.exceptions import CryptoError
from nacl.utils import random as random_bytes

from claudemesh_wire import canonical
from claudemesh_wire.signing import BadKey, public_bytes, secret_bytes, sign, verify

KEY_BYTES = 32
NONCE_BYTES = sodium.crypto_box_NONCEBYTES


class DecryptError(Exception):
    """The box does not open with this key, or what is inside is not what it claims to be."""


class GroupMessage(msgspec.Struct, frozen=True):
    """An opened group message: its text and the member key (64 hex) that signed it."""

    text: str
    sender: str


class _GroupPlaintext(msgspec.Struct, frozen=True):
    v: Literal[1]
    text: str
    sender: str = msgspec.field(name="from")
    sig: str


_group_decoder = msgspec.json.Decoder(_GroupPlaintext)


def _decode_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise DecryptError("The message is not base64.") from None


def _decode_nonce(text: str) -> bytes:
    nonce = _decode_base64(text)
    if len(nonce) != NONCE_BYTES:
        raise DecryptError("The nonce does not have 24 bytes.")
    return nonce


# --- keys -------------------------------------------------------------------------------------


def encode_key(key: bytes) -> str:
    """base64url without padding: how x25519 keys, root keys and sealed boxes travel."""
    return urlsafe_b64encode(key).rstrip(b"=").decode()


def decode_key(text: str) -> bytes:
    """The bytes of base64url text, padded or not. Raises BadKey."""
    stripped = text.rstrip("=")
    if not stripped.isascii() or not set(stripped).isdisjoint("+/"):
        raise BadKey("That is not base64url.")
    try:
        standard = stripped.replace("-", "+").replace("_", "/") + "=" * (-len(stripped) % 4)
        return b64decode(standard, validate=True)
    except (ValueError, binascii.Error):
        raise BadKey("That is not base64url.") from None


def x25519_public(ed25519_public_hex: str) -> bytes:
    """The x25519 key of an ed25519 public key. Raises BadKey, also for low-order points."""
    try:
        return sodium.crypto_sign_ed25519_pk_to_curve25519(public_bytes(ed25519_public_hex))
    except CryptoError:
        raise BadKey("That public key is no usable point.") from None


def _x25519_secret(ed25519_secret_hex: str) -> bytes:
    return sodium.crypto_sign_ed25519_sk_to_curve25519(secret_bytes(ed25519_secret_hex))


# --- direct -----------------------------------------------------------------------------------


def seal_direct(
    plaintext: bytes, recipient_ed25519_hex: str, sender_secret_hex: str
) -> tuple[str, str]:
    """Encrypt for one key: (nonce, ciphertext) in standard base64. Raises BadKey."""
    nonce = random_bytes(NONCE_BYTES)
    return seal_direct_with(nonce, plaintext, recipient_ed25519_hex, sender_secret_hex)


def seal_direct_with(
    nonce: bytes, plaintext: bytes, recipient_ed25519_hex: str, sender_secret_hex: str
) -> tuple[str, str]:
    """As `seal_direct` under a given nonce; for test vectors, a nonce must never repeat."""
    public, secret = x25519_public(recipient_ed25519_hex), _x25519_secret(sender_secret_hex)
    box = sodium.crypto_box_easy(plaintext, nonce, public, secret)
    return b64encode(nonce).decode(), b64encode(box).decode()


def open_direct(
    nonce_b64: str, ciphertext_b64: str, sender_ed25519_hex: str, recipient_secret_hex: str
) -> bytes:
    """The plaintext of a direct box. Raises DecryptError, whatever is wrong."""
    nonce, ciphertext = _decode_nonce(nonce_b64), _decode_base64(ciphertext_b64)
    try:
        public, secret = x25519_public(sender_ed25519_hex), _x25519_secret(recipient_secret_hex)
        return sodium.crypto_box_open_easy(ciphertext, nonce, public, secret)
    except (BadKey, CryptoError):
        raise DecryptError("The message does not open with this key.") from None


# --- group ------------------------------------------------------------------------------------


def group_key(root_key: bytes, mesh_id: str, epoch: int = 0) -> bytes:
    """The 32-byte group key: BLAKE2b-256 (RFC 7693) keyed with the mesh root key (32 bytes)."""
    if len(root_key) != KEY_BYTES:
        raise BadKey("A mesh root key has 32 bytes.")
    context = canonical.group_key_context(mesh_id, epoch).encode()
    return hashlib.blake2b(context, digest_size=KEY_BYTES, key=root_key).digest()


def seal_group(
    text: str,
    *,
    key: bytes,
    mesh_id: str,
    key_epoch: int,
    target_spec: str,
    member_secret: str,
    member_pubkey: str,
    nonce: bytes | None = None,
) -> tuple[str, str]:
    """Sign and encrypt for everybody who holds `key`: (nonce, ciphertext) in standard base64.

    `nonce` is for test vectors only. Raises BadKey, and ValueError for text with lone surrogates.
    """
    if len(key) != KEY_BYTES:
        raise BadKey("A group key has 32 bytes.")
    nonce = nonce or random_bytes(NONCE_BYTES)
    nonce_b64 = b64encode(nonce).decode()
    statement = canonical.group(mesh_id, key_epoch, target_spec, nonce_b64, text)
    signature = sign(statement, member_secret)
    inner = msgspec.json.encode(_GroupPlaintext(1, text, member_pubkey, signature))
    return nonce_b64, b64encode(sodium.crypto_secretbox_easy(inner, nonce, key)).decode()


def open_group(
    nonce_b64: str,
    ciphertext_b64: str,
    *,
    key: bytes,
    mesh_id: str,
    key_epoch: int,
    target_spec: str,
    sender: str,
) -> GroupMessage:
    """Open a group message and check that `sender` (member key, 64 hex) wrote it for this target.

    Raises DecryptError if it does not open, names another sender, or its signature is wrong.
    """
    nonce, ciphertext = _decode_nonce(nonce_b64), _decode_base64(ciphertext_b64)
    try:
        inner = _group_decoder.decode(sodium.crypto_secretbox_open_easy(ciphertext, nonce, key))
        statement = canonical.group(mesh_id, key_epoch, target_spec, nonce_b64, inner.text)
    except (CryptoError, msgspec.MsgspecError, RecursionError, ValueError):
        raise DecryptError("The message does not open with this group key.") from None
    if inner.sender != sender:
        raise DecryptError("The message was written by somebody else than it claims.")
    if not verify(statement, inner.sig, sender):
        raise DecryptError("The message's signature is wrong.")
    return GroupMessage(inner.text, sender)


# --- sealed -----------------------------------------------------------------------------------


def seal_anonymous(data: bytes, recipient_x25519: bytes | str) -> str:
    """Seal for one x25519 key (32 bytes, or base64url as in a claim): base64url, no padding.

    Raises BadKey for a key of another length or a low-order one.
    """
    key = decode_key(recipient_x25519) if isinstance(recipient_x25519, str) else recipient_x25519
    if len(key) != KEY_BYTES:
        raise BadKey("An x25519 key has 32 bytes.")
    try:
        return encode_key(sodium.crypto_box_seal(data, key))
    except CryptoError:
        raise BadKey("That x25519 key is no usable point.") from None


def open_anonymous(sealed: str, secret_hex: str) -> bytes:
    """Open a sealed box with an ed25519 secret (128 hex) or an x25519 one (64 hex).

    Raises DecryptError, whatever is wrong.
    """
    try:
        secret = public_bytes(secret_hex) if len(secret_hex) == 64 else _x25519_secret(secret_hex)
        public = sodium.crypto_scalarmult_base(secret)
        return sodium.crypto_box_seal_open(decode_key(sealed), public, secret)
    except (BadKey, CryptoError, ValueError):
        raise DecryptError("The sealed box does not open with this key.") from None
