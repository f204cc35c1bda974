"""The strings that signatures and key derivations are made over; signs nothing itself.

Fields are joined by `|`, so a `|` inside a field could make two different statements one string.
Every function therefore refuses it (`CanonicalError`) in all fields but at most one, the *free*
one. With one free field the string still splits one way only: count the separators before it from
the left and those after it from the right. Fixed prefixes keep the kinds of statements apart.
"""

import hashlib

SEPARATOR = "|"


class CanonicalError(ValueError):
    """A field holds `|` where that would make the signed string ambiguous."""


def _join(*fields: str) -> str:
    for field in fields:
        if SEPARATOR in field:
            raise CanonicalError(f"A signed field must not contain {SEPARATOR!r}.")
    return SEPARATOR.join(fields)


def hello_v1(mesh_id: str, member_id: str, pubkey: str, timestamp: int) -> str:
    """What a version 1 `hello` is signed over; `timestamp` in ms. No free field."""
    return _join(mesh_id, member_id, pubkey, str(timestamp))


def hello_v2(
    mesh_id: str,
    member_id: str,
    pubkey: str,
    session_pubkey: str,
    session_id: str,
    nonce: str,
    timestamp: int,
) -> str:
    """What a version 2 `hello` is signed over, by member and session key; free: `session_id`."""
    head = _join("claudemesh-hello", "2", mesh_id, member_id, pubkey, session_pubkey)
    return f"{head}|{session_id}|{_join(nonce, str(timestamp))}"


def group(mesh_id: str, key_epoch: int, target_spec: str, nonce: str, text: str) -> str:
    """What a group message is signed over; `nonce` as on the wire; free: `target_spec`.

    `text` goes in as SHA-256, so it cannot disturb the string. Raises UnicodeEncodeError for
    lone surrogates.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    head = _join("claudemesh-group", "1", mesh_id, str(key_epoch))
    return f"{head}|{target_spec}|{_join(nonce, digest)}"


def invite_v1(
    mesh_id: str,
    mesh_slug: str,
    broker_url: str,
    expires_at: int,
    mesh_root_key: str,
    role: str,
    owner_pubkey: str,
) -> str:
    """What a version 1 invitation is signed over; `expires_at` in seconds. No free field."""
    return _join(
        "1", mesh_id, mesh_slug, broker_url, str(expires_at), mesh_root_key, role, owner_pubkey
    )


def invite_v2(mesh_id: str, invite_id: str, expires_at: int, role: str, owner_pubkey: str) -> str:
    """What a version 2 invitation is signed over; `expires_at` in seconds. No free field."""
    return _join("v=2", mesh_id, invite_id, str(expires_at), role, owner_pubkey)


def claim(code: str, peer_pubkey: str, recipient_x25519_pubkey: str) -> str:
    """What the claim of an invitation is signed over, by the new member key. No free field."""
    return _join("claudemesh-claim", code, peer_pubkey, recipient_x25519_pubkey)


def sync(token_sha256_hex: str, peer_pubkey: str, recipient_x25519_pubkey: str) -> str:
    """What a sync is signed over, by the key to be synced. No free field.

    The token is named by its hash: nobody else's sync can be made with this proof.
    """
    return _join("claudemesh-sync", token_sha256_hex, peer_pubkey, recipient_x25519_pubkey)


def hook(member_id: str, session_id: str, status: str, timestamp: int) -> str:
    """What a status hook is signed over; `timestamp` in ms; free: `session_id`."""
    return f"{_join('claudemesh-hook', member_id)}|{session_id}|{_join(status, str(timestamp))}"


def group_key_context(mesh_id: str, epoch: int) -> str:
    """What a mesh's group key is derived over."""
    return _join("claudemesh-group-key", mesh_id, str(epoch))
