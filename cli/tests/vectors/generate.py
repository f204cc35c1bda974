"""Writes the published test vectors beside it: `python cli/tests/vectors/generate.py`.

Everything is derived from fixed seeds, so running it again changes nothing. Keys are named after
the cast of the tests; their seeds are 32 times one byte.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import nacl.bindings as sodium
from claudemesh_wire import boxes, canonical, safety, signing

HERE = Path(__file__).parent
NAMES = ("alice", "alice_session", "bob", "mallory", "owner")
KEYS = {name: signing.keypair_from_seed(bytes([i + 1]) * 32) for i, name in enumerate(NAMES)}
MESH, MEMBER = "018f2c3a9b7e7cc0a1b2c3d4e5f60718", "018f2c3a9b7e7cc0a1b2c3d4e5f60719"
ROOT_KEY, NONCE = bytes(range(32)), bytes(range(100, 124))
NOW_MS, EXPIRES_S = 1_760_000_000_000, 1_760_604_800
TEXTS = ("", "hello", "line\nbreak | bar", "Grüße, 世界 🌍", '{"v":1}')


def signed(canonical_string: str, signer: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """One vector of a signed statement."""
    return {
        "inputs": inputs,
        "canonical": canonical_string,
        "signer_seed": KEYS[signer].secret[:64],
        "signer_pubkey": KEYS[signer].public,
        "signature": signing.sign(canonical_string, KEYS[signer].secret),
    }


def statements() -> dict[str, list[dict[str, Any]]]:
    """Vectors of every canonical string, by file name."""
    alice, session = KEYS["alice"].public, KEYS["alice_session"].public
    hello_v1 = {"mesh_id": MESH, "member_id": MEMBER, "pubkey": alice, "timestamp": NOW_MS}
    owner = KEYS["owner"].public
    invite_v1 = {
        "mesh_id": MESH,
        "mesh_slug": "reef",
        "broker_url": "wss://mesh.example.org/ws",
        "expires_at": EXPIRES_S,
        "mesh_root_key": boxes.encode_key(ROOT_KEY),
        "role": "member",
        "owner_pubkey": owner,
    }
    invite_v2 = {"mesh_id": MESH, "invite_id": MEMBER, "expires_at": EXPIRES_S}
    invite_v2 |= {"role": "admin", "owner_pubkey": owner}
    recipient = boxes.encode_key(boxes.x25519_public(alice))
    claim = {"code": "Xk4mPq7R", "peer_pubkey": alice, "recipient_x25519_pubkey": recipient}
    token_hash = hashlib.sha256(b"token-of-alice").hexdigest()
    sync = {"token_sha256_hex": token_hash, "peer_pubkey": alice}
    return {
        "hello_v1": [signed(canonical.hello_v1(**hello_v1), "alice", hello_v1)],
        "hello_v2": [
            signed(canonical.hello_v2(**inputs), signer, inputs)
            for session_id in ("clm-1", "with|bar")
            for inputs in [
                hello_v1 | {"session_pubkey": session, "session_id": session_id, "nonce": "ab" * 32}
            ]
            for signer in ("alice", "alice_session")
        ],
        "group": [
            signed(canonical.group(**inputs), "alice", inputs)
            for text in TEXTS
            for inputs in [
                {
                    "mesh_id": MESH,
                    "key_epoch": 0,
                    "target_spec": "@crew",
                    "nonce": "AA==",
                    "text": text,
                }
            ]
        ],
        "invite_v1": [signed(canonical.invite_v1(**invite_v1), "owner", invite_v1)],
        "invite_v2": [signed(canonical.invite_v2(**invite_v2), "owner", invite_v2)],
        "claim": [signed(canonical.claim(**claim), "alice", claim)],
        "sync": [
            signed(canonical.sync(**inputs), "alice", inputs)
            for asked_for in (recipient, "")
            for inputs in [sync | {"recipient_x25519_pubkey": asked_for}]
        ],
        "hook": [
            signed(canonical.hook(**inputs), "alice", inputs)
            for status in ("idle", "working", "dnd")
            for inputs in [
                {"member_id": MEMBER, "session_id": "clm-1", "status": status, "timestamp": NOW_MS}
            ]
        ],
    }


def direct_boxes() -> list[dict[str, Any]]:
    """Messages from alice's session to bob."""
    sender, recipient = KEYS["alice_session"], KEYS["bob"]
    vectors = []
    for text in TEXTS:
        nonce, box = boxes.seal_direct_with(NONCE, text.encode(), recipient.public, sender.secret)
        vectors.append(
            {
                "text": text,
                "sender_seed": sender.secret[:64],
                "sender_pubkey": sender.public,
                "recipient_seed": recipient.secret[:64],
                "recipient_pubkey": recipient.public,
                "nonce": nonce,
                "ciphertext": box,
            }
        )
    return vectors


def group_keys() -> list[dict[str, Any]]:
    """Group keys of one root key."""
    return [
        {
            "root_key": boxes.encode_key(ROOT_KEY),
            "mesh_id": MESH,
            "epoch": epoch,
            "canonical": canonical.group_key_context(MESH, epoch),
            "group_key": boxes.encode_key(boxes.group_key(ROOT_KEY, MESH, epoch)),
        }
        for epoch in (0, 1, 7)
    ]


def group_boxes() -> list[dict[str, Any]]:
    """Messages from alice to a group and to everybody."""
    alice, key = KEYS["alice"], boxes.group_key(ROOT_KEY, MESH)
    where = {"mesh_id": MESH, "key_epoch": 0}
    vectors = []
    for target in ("@crew", "*"):
        for text in TEXTS:
            nonce, box = boxes.seal_group(
                text,
                key=key,
                target_spec=target,
                member_secret=alice.secret,
                member_pubkey=alice.public,
                nonce=NONCE,
                **where,
            )
            sent = {"target_spec": target, "nonce": nonce, "ciphertext": box}
            vectors.append(
                {"text": text, "group_key": boxes.encode_key(key), "sender": alice.public}
                | where
                | sent
            )
    return vectors


def sealed_boxes() -> list[dict[str, Any]]:
    """A root key sealed to alice; the ephemeral key is fixed, so that the box is too."""
    public, secret = sodium.crypto_box_seed_keypair(b"\x2a" * 32)
    recipient = boxes.x25519_public(KEYS["alice"].public)
    nonce = hashlib.blake2b(public + recipient, digest_size=24).digest()
    box = public + sodium.crypto_box_easy(ROOT_KEY, nonce, recipient, secret)
    return [
        {
            "plaintext": boxes.encode_key(ROOT_KEY),
            "recipient_seed": KEYS["alice"].secret[:64],
            "recipient_pubkey": KEYS["alice"].public,
            "recipient_x25519_pubkey": boxes.encode_key(recipient),
            "sealed": boxes.encode_key(box),
        }
    ]


def safety_numbers() -> list[dict[str, Any]]:
    """What pairs of the cast compare."""
    pairs = (("alice", "bob"), ("bob", "alice"), ("alice", "mallory"), ("owner", "owner"))
    return [
        {"one": one, "other": other, "safety_number": safety.safety_number(one, other)}
        for pair in pairs
        for one, other in [[KEYS[name].public for name in pair]]
    ]


def main() -> None:
    """Write every file."""
    files = statements()
    files |= {"box": direct_boxes(), "group_key": group_keys()}
    files |= {"group_box": group_boxes(), "sealed": sealed_boxes()}
    files |= {"safety": safety_numbers()}
    for name, vectors in files.items():
        text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
