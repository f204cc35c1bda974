"""Opens what the broker pushes; stores and shows nothing.

There is no fallback: what fails to open has no text, only a reason.
"""

import re
from base64 import b64decode
from dataclasses import dataclass

from claudemesh_wire.boxes import DecryptError, open_direct, open_group
from claudemesh_wire.broker import Push

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError
from claudemesh_cli.session.keys import key_of_epoch

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Opened:
    """`text`, or None and the reason in `error`; `encryption` is box, group or none."""

    encryption: str
    text: str | None
    error: str | None = None


def open_push(push: Push, entry: MeshEntry, session_secret: str) -> Opened:
    """The text of a push, with the session's secret or the member's or the group key."""
    encryption = push.encryption or _usual(push)
    try:
        return Opened(encryption, _text(push, encryption, entry, session_secret))
    except DecryptError as error:
        return Opened(encryption, None, str(error))
    except CliError as error:
        return Opened(encryption, None, error.message)


def _usual(push: Push) -> str:
    """What a sender that does not name its encryption uses: protocol.md, version 1."""
    return "box" if _KEY.fullmatch(push.target_spec or "") else "none"


def _text(push: Push, encryption: str, entry: MeshEntry, session_secret: str) -> str:
    if encryption == "box":
        return _decoded(_open_box(push, (session_secret, entry.secret_key)))
    if encryption == "group":
        return open_group(
            push.nonce,
            push.ciphertext,
            key=key_of_epoch(entry, push.key_epoch or 0),
            mesh_id=entry.mesh_id,
            key_epoch=push.key_epoch or 0,
            target_spec=push.target_spec or "",
            sender=push.sender_member_pubkey or "",
        ).text
    if encryption == "none":
        return _plain(push)
    raise DecryptError(f"The message uses an encryption this version does not know: {encryption}.")


def _open_box(push: Push, secrets: tuple[str, ...]) -> bytes:
    for secret in secrets[:-1]:
        try:
            return open_direct(push.nonce, push.ciphertext, push.sender_pubkey, secret)
        except DecryptError:
            continue
    return open_direct(push.nonce, push.ciphertext, push.sender_pubkey, secrets[-1])


def _plain(push: Push) -> str:
    try:
        return _decoded(b64decode(push.ciphertext, validate=True))
    except ValueError:
        raise DecryptError("The message is not base64.") from None


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise DecryptError("The message is not text.") from None
