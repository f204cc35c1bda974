"""Builds audit chains as a broker does, for tests that then damage them."""

from claudemesh_wire.audit import GENESIS, Entry, Head, hash_of
from claudemesh_wire.audit_export import line_of
from claudemesh_wire.canonical_json import canonical_json
from claudemesh_wire.checkpoints import Checkpoint, sign_checkpoint
from claudemesh_wire.signing import keypair_from_seed
from msgspec import Raw

MESH = "mesh-of-alice"
AT = "2026-01-31T23:59:59.000001Z"
BROKER = keypair_from_seed(bytes([9]) * 32)


def chain(count: int, *, mesh: str = MESH, actor: str = "alice") -> list[Entry]:
    """So many entries from the first."""
    head, entries = GENESIS, []
    for seq in range(1, count + 1):
        payload = Raw(canonical_json({"member": f"peer-{seq}"}))
        content = ("member_joined", actor, payload, AT)
        head = Head(seq, hash_of(head.hash, mesh, seq, *content))
        entries.append(Entry(mesh, seq, *content, head.hash))
    return entries


def head_of(entry: Entry) -> Head:
    """The head of a chain that ends there."""
    return Head(entry.seq, entry.hash)


def signed(entry: Entry) -> Checkpoint:
    """A checkpoint of that entry, by the broker."""
    return sign_checkpoint(entry.mesh, head_of(entry), AT, BROKER)


def exported(entries: list[Entry]) -> list[bytes]:
    """Lines of an export: a checkpoint in the middle, one at the end."""
    lines = [line_of(entry) for entry in entries]
    lines.append(line_of(signed(entries[-1])))
    middle = len(entries) // 2
    lines.insert(middle, line_of(signed(entries[middle - 1])))
    return lines
