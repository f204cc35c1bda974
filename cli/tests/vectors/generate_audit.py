"""Writes the published vectors of the audit log: `python cli/tests/vectors/generate_audit.py`.

Everything is derived from fixed values, so running it again changes nothing.
"""

import json
from pathlib import Path
from typing import Any

from claudemesh_wire import audit, checkpoints
from claudemesh_wire.canonical_json import canonical_json
from claudemesh_wire.signing import keypair_from_seed

HERE = Path(__file__).parent
MESH, ALICE = "018f2c3a9b7e7cc0a1b2c3d4e5f60718", "018f2c3a9b7e7cc0a1b2c3d4e5f60719"
BOB = "018f2c3a9b7e7cc0a1b2c3d4e5f6071a"
BROKER = keypair_from_seed(bytes([9]) * 32)

VALUES: list[Any] = [
    {},
    [],
    {"b": 1, "a": 2, "": 3, "A": 4, "aa": 5},
    {"\U0001f30d": "past U+FFFF, sorted by code point", "\ue000": "before it", "é": "e\u0301"},
    {"nested": {"z": [1, {"y": None, "x": True}], "a": False}},
    {"integers": [0, -1, 2**53 - 1, -(2**53) + 1]},
    {"text": '"\\/\b\t\n\f\r\x00\x1f\x7f\u2028 Grüße, 世界'},
]
EVENTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("mesh_created", ALICE, "2026-01-31T23:59:59.000001Z", {"slug": "reef", "name": "Reef"}),
    ("member_joined", BOB, "2026-02-01T00:00:00.000000Z", {"name": "Bøb | 🐟", "role": "member"}),
    ("message_sent", BOB, "2026-02-01T00:00:00.999999Z", {"size": 1024, "target": "@dev"}),
    ("messages_expired", "broker", "2026-02-08T00:00:00.000000Z", {"count": 3}),
]


def chain() -> list[dict[str, Any]]:
    """A chain of four entries, each with the text that is hashed."""
    prev, entries = audit.GENESIS.hash, []
    for seq, (kind, actor, created_at, payload) in enumerate(EVENTS, start=1):
        hashed = {
            "actor": actor,
            "created_at": created_at,
            "mesh": MESH,
            "payload": payload,
            "prev": prev,
            "seq": seq,
            "type": kind,
        }
        prev = audit.entry_hash(**hashed)
        entries.append({"entry": hashed, "hashed": canonical_json(hashed).decode(), "hash": prev})
    return entries


def checkpoint() -> dict[str, Any]:
    """The end of that chain, signed."""
    head = audit.Head(len(EVENTS), chain()[-1]["hash"])
    signed_at = "2026-02-08T01:00:00.000000Z"
    signed = checkpoints.sign_checkpoint(MESH, head, signed_at, BROKER)
    return {
        "inputs": {"mesh": MESH, "seq": head.seq, "hash": head.hash, "signed_at": signed_at},
        "canonical": checkpoints.checkpoint_string(MESH, *head, signed_at),
        "signer_seed": BROKER.secret[:64],
        "signer_pubkey": BROKER.public,
        "signature": signed.signature,
    }


def main() -> None:
    """Write the three files."""
    files = {
        "audit_json": [{"value": v, "canonical": canonical_json(v).decode()} for v in VALUES],
        "audit_chain": chain(),
        "audit_checkpoint": [checkpoint()],
    }
    for name, vectors in files.items():
        text = json.dumps(vectors, indent=2, ensure_ascii=True) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
