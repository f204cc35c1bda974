"""The published vectors of the audit log: this implementation makes and reads exactly them."""

import json
from pathlib import Path
from typing import Any

from claudemesh_wire import audit, checkpoints, signing
from claudemesh_wire.canonical_json import canonical_json

VECTORS = Path(__file__).parent.parent / "vectors"


def load(name: str) -> list[dict[str, Any]]:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def test_values_have_the_published_canonical_json() -> None:
    for vector in load("audit_json"):
        assert canonical_json(vector["value"]).decode() == vector["canonical"]


def test_entries_have_the_published_hash() -> None:
    prev = audit.GENESIS.hash
    for vector in load("audit_chain"):
        assert vector["entry"]["prev"] == prev
        assert canonical_json(vector["entry"]).decode() == vector["hashed"]
        prev = audit.entry_hash(**vector["entry"])
        assert prev == vector["hash"]


def test_checkpoints_have_the_published_string_and_signature() -> None:
    for vector in load("audit_checkpoint"):
        inputs = vector["inputs"]
        keys = signing.keypair_from_seed(bytes.fromhex(vector["signer_seed"]))
        head = audit.Head(inputs["seq"], inputs["hash"])
        signed = checkpoints.sign_checkpoint(inputs["mesh"], head, inputs["signed_at"], keys)
        assert checkpoints.checkpoint_string(**inputs) == vector["canonical"]
        assert (signed.key, signed.signature) == (vector["signer_pubkey"], vector["signature"])
        assert checkpoints.is_signed(signed, by=[vector["signer_pubkey"]])
