"""Audit logs as files: one JSON object a line, entries with checkpoints in between.

Entries come in order from the first, each checkpoint after the entry it is of, and the last line
is a checkpoint: so a file that was cut off is told from a whole one. Reads no file itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from claudemesh_wire.audit import GENESIS, Anchor, ChainReport, ChainWalk, Entry, Head
from claudemesh_wire.checkpoints import Checkpoint, is_signed

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry | Checkpoint).decode


def line_of(record: Entry | Checkpoint) -> bytes:
    """A record as one line, newline included."""
    return _encode(record) + b"\n"


def verify_export(
    lines: Iterable[bytes | str],
    *,
    mesh: str,
    keys: Collection[str],
    remembered: Head = GENESIS,
) -> ChainReport:
    """Walks an exported log in constant memory.

    `keys` are the broker's public keys that one trusts; `remembered` is the last head one saw.
    Spaces around lines and empty lines are ignored; within a line every byte of a payload counts.
    """
    anchors = [Anchor(*remembered, "remembered head")]
    walk = ChainWalk(mesh, anchors=anchors if remembered.seq else ())
    signed = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            record = _decode(line)
        except (msgspec.DecodeError, UnicodeError):
            walk.fail("malformed")
            break
        if isinstance(record, Entry):
            if not walk.take(record):
                break
        elif _agrees(walk, record, keys):
            signed = record.seq
        else:
            break
    report = walk.finish()
    if report.valid and signed != report.head.seq:
        walk.fail("truncated", witness="closing checkpoint")
    return walk.report


def _agrees(walk: ChainWalk, checkpoint: Checkpoint, keys: Collection[str]) -> bool:
    head = walk.head
    if checkpoint.mesh != walk.mesh or not is_signed(checkpoint, by=keys):
        return walk.fail("signature", at=checkpoint.seq, witness="checkpoint")
    if checkpoint.seq != head.seq:
        return walk.fail("gap", witness="checkpoint")
    if checkpoint.hash != head.hash:
        return walk.fail("rewritten", at=head.seq, witness="checkpoint")
    return True
