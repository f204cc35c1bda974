"""Signed heads of audit chains: a broker's word on what a log held at a time. Walks no chain."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from claudemesh_wire import signing
from claudemesh_wire.audit import Anchor, Head

_HASH = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True, tag="checkpoint", tag_field="kind"):
    """A head with the broker's signature (128 hex) under its key `key` (64 hex).

    `signed_at` is written as `audit.timestamp` does.
    """

    mesh: str
    seq: int
    hash: str
    signed_at: str
    key: str
    signature: str

    @property
    def anchor(self) -> Anchor:
        """What a chain must pass through to agree. Check `is_signed` first."""
        return Anchor(self.seq, self.hash, "checkpoint")


def checkpoint_string(mesh: str, seq: int, hash: str, signed_at: str) -> str:
    """What is signed: `claudemesh-checkpoint|1|mesh|seq|hash|signed_at`.

    The three last fields cannot hold `|`, so the string splits one way only, whatever is in
    `mesh`. Raises ValueError for fields of another form.
    """
    if seq < 1 or not _HASH.fullmatch(hash) or not _TIME.fullmatch(signed_at):
        raise ValueError("A checkpoint has a number from 1, a hash of 64 hex, and a UTC time.")
    return f"claudemesh-checkpoint|1|{mesh}|{seq}|{hash}|{signed_at}"


def sign_checkpoint(mesh: str, head: Head, signed_at: str, keys: signing.KeyPair) -> Checkpoint:
    """Signs a head. Raises ValueError for an empty chain or a malformed time."""
    text = checkpoint_string(mesh, head.seq, head.hash, signed_at)
    signature = signing.sign(text, keys.secret)
    return Checkpoint(mesh, head.seq, head.hash, signed_at, keys.public, signature)


def is_signed(checkpoint: Checkpoint, *, by: Collection[str]) -> bool:
    """Whether one of the keys `by` (64 hex each) signed it. False for junk; never raises."""
    if checkpoint.key not in by:
        return False
    try:
        text = checkpoint_string(
            checkpoint.mesh, checkpoint.seq, checkpoint.hash, checkpoint.signed_at
        )
    except ValueError:
        return False
    return signing.verify(text, checkpoint.signature, checkpoint.key)
