"""What a newcomer's client sends, made the way the wire says."""

import hashlib
import json
from typing import Any

from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.signing import KeyPair


def payload_of(token: str) -> dict[str, Any]:
    """The JSON inside a v1 token."""
    return json.loads(boxes.decode_key(token))


def join_body(token: str, keys: KeyPair, **changes: Any) -> dict[str, Any]:
    return {
        "invite_token": token,
        "invite_payload": payload_of(token),
        "peer_pubkey": keys.public,
        "display_name": "Dave",
    } | changes


def x25519_of(keys: KeyPair) -> str:
    return boxes.encode_key(boxes.x25519_public(keys.public))


def claim_body(code: str, keys: KeyPair, **changes: Any) -> dict[str, Any]:
    """A claim by our own CLI: with the member key and the proof of having it."""
    recipient = x25519_of(keys)
    statement = canonical.claim(code, keys.public, recipient)
    return {
        "recipient_x25519_pubkey": recipient,
        "peer_pubkey": keys.public,
        "proof": signing.sign(statement, keys.secret),
        "display_name": "Dave",
    } | changes


def sync_body(token: str, keys: KeyPair, *, proven: bool = True, **changes: Any) -> dict[str, Any]:
    """A sync by our own CLI; not `proven`: as older clients say it."""
    body = {"sync_token": token, "peer_pubkey": keys.public, "display_name": "Desktop"}
    if not proven:
        return body | changes
    recipient = x25519_of(keys)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    statement = canonical.sync(hashed, keys.public, recipient)
    proof = signing.sign(statement, keys.secret)
    return body | {"recipient_x25519_pubkey": recipient, "proof": proof} | changes
