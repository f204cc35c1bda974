"""The published vectors: this implementation makes and reads exactly them."""

import json
from pathlib import Path
from typing import Any

import pytest
from claudemesh_wire import boxes, canonical, signing

VECTORS = Path(__file__).parent.parent / "vectors"
STATEMENTS = ("hello_v1", "hello_v2", "group", "invite_v1", "invite_v2", "claim", "sync", "hook")


def load(name: str) -> list[dict[str, Any]]:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def keypair(seed_hex: str) -> signing.KeyPair:
    return signing.keypair_from_seed(bytes.fromhex(seed_hex))


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_has_the_published_canonical_string(name: str) -> None:
    for vector in load(name):
        assert getattr(canonical, name)(**vector["inputs"]) == vector["canonical"]


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_has_the_published_signature(name: str) -> None:
    for vector in load(name):
        keys = keypair(vector["signer_seed"])
        assert keys.public == vector["signer_pubkey"]
        assert signing.sign(vector["canonical"], keys.secret) == vector["signature"]
        assert signing.verify(vector["canonical"], vector["signature"], keys.public)


def test_direct_boxes_open_and_are_made_as_published() -> None:
    for vector in load("box"):
        sender, recipient = keypair(vector["sender_seed"]), keypair(vector["recipient_seed"])
        nonce = boxes._decode_base64(vector["nonce"])
        made = boxes.seal_direct_with(
            nonce, vector["text"].encode(), recipient.public, sender.secret
        )
        assert made == (vector["nonce"], vector["ciphertext"])
        opened = boxes.open_direct(*made, sender.public, recipient.secret)
        assert opened.decode() == vector["text"]


def test_group_keys_are_as_published() -> None:
    for vector in load("group_key"):
        root_key = boxes.decode_key(vector["root_key"])
        key = boxes.group_key(root_key, vector["mesh_id"], vector["epoch"])
        assert boxes.encode_key(key) == vector["group_key"]


def test_group_boxes_open_as_published() -> None:
    for vector in load("group_box"):
        opened = boxes.open_group(
            vector["nonce"],
            vector["ciphertext"],
            key=boxes.decode_key(vector["group_key"]),
            mesh_id=vector["mesh_id"],
            key_epoch=vector["key_epoch"],
            target_spec=vector["target_spec"],
            sender=vector["sender"],
        )
        assert opened == boxes.GroupMessage(vector["text"], vector["sender"])


def test_sealed_boxes_open_as_published() -> None:
    for vector in load("sealed"):
        keys = keypair(vector["recipient_seed"])
        assert (
            boxes.encode_key(boxes.x25519_public(keys.public)) == vector["recipient_x25519_pubkey"]
        )
        opened = boxes.open_anonymous(vector["sealed"], keys.secret)
        assert boxes.encode_key(opened) == vector["plaintext"]


def test_signatures_are_those_of_rfc_8032() -> None:
    """RFC 8032, section 7.1, tests 1 to 3."""
    for seed, public, message, signature in RFC_8032:
        keys = keypair(seed)
        assert keys.public == public
        assert signing.sign(bytes.fromhex(message), keys.secret) == signature


RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)
