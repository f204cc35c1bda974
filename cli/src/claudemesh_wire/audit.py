"""The audit chain: what an entry's hash is over, and whether entries form one chain.

Needs no database and no network, so that a member can check the broker's word offline. Signed
heads are in `checkpoints`, files of entries in `audit_export`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from claudemesh_wire.canonical_json import canonical_json

Relation = Literal["same", "ahead", "behind", "forked"]
Damage = Literal[
    "other_mesh", "gap", "hash", "rewritten", "truncated", "surplus", "signature", "malformed"
]


class Head(NamedTuple):
    """The last entry of a chain: its number (0 for an empty chain) and its hash (64 hex)."""

    seq: int
    hash: str


GENESIS = Head(0, "0" * 64)


class Anchor(NamedTuple):
    """A head that a chain must pass through, and who says so (`checkpoint`, `remembered`, …)."""

    seq: int
    hash: str
    witness: str


class Entry(msgspec.Struct, frozen=True, gc=False, tag="entry", tag_field="kind"):
    """One entry. `payload` is canonical JSON, `created_at` as `timestamp` writes it."""

    mesh: str
    seq: int
    type: str
    actor: str
    payload: msgspec.Raw
    created_at: str
    hash: str


class ChainReport(NamedTuple):
    """What walking a chain found.

    `head` is the last entry that holds and `entries` how many hold; when it is not valid,
    `broken_at` is the number at which it breaks, and `witness` what it contradicts: the `chain`
    itself or an anchor.
    """

    valid: bool
    entries: int
    head: Head
    broken_at: int | None = None
    damage: Damage | None = None
    witness: str | None = None

    @property
    def sentence(self) -> str:
        """For a person."""
        if self.damage is None:
            return f"{self.entries} entries, an unbroken chain."
        reason = _SENTENCES[self.damage].format(witness=self.witness)
        return f"Broken at entry {self.broken_at}: {reason}"


_SENTENCES: dict[Damage, str] = {
    "other_mesh": "it belongs to another mesh.",
    "gap": "entries are missing, doubled or out of order.",
    "hash": "it is not what was written, or what came before it is not.",
    "rewritten": "the log was rewritten; the {witness} has another hash for it.",
    "truncated": "the log ends too early; the {witness} knows more entries.",
    "surplus": "there are entries past the end that the {witness} knows.",
    "signature": "a checkpoint is not signed by this broker's key.",
    "malformed": "what is written there is no audit entry.",
}


class _Hashed(msgspec.Struct, gc=False):
    """What is hashed; encoded in the order of definition, which is that of the keys."""

    actor: str
    created_at: str
    mesh: str
    payload: msgspec.Raw
    prev: str
    seq: int
    type: str


_encode = msgspec.json.Encoder().encode


def timestamp(moment: datetime) -> str:
    """A UTC time as it is hashed: `2026-01-31T23:59:59.000001Z`, always with microseconds.

    Raises ValueError for a time that is not UTC.
    """
    text = moment.isoformat(timespec="microseconds")
    if not text.endswith("+00:00"):
        raise ValueError("An audit entry's time must be in UTC.")
    return text[:-6] + "Z"


def entry_hash(
    *, prev: str, mesh: str, seq: int, type: str, actor: str, payload: object, created_at: str
) -> str:
    """SHA-256 (hex) over the canonical JSON of an object with exactly these seven keys.

    `prev` is the hash of the entry before, 64 zeros for the first. Raises CanonicalJsonError.
    """
    text = msgspec.Raw(canonical_json(payload))
    return hash_of(prev, mesh, seq, type, actor, text, created_at)


def hash_of(
    prev: str, mesh: str, seq: int, type: str, actor: str, payload: msgspec.Raw, created_at: str
) -> str:
    """`entry_hash` of a payload that is canonical already. Not canonical means another hash."""
    hashed = _Hashed(actor, created_at, mesh, payload, prev, seq, type)
    return sha256(_encode(hashed)).hexdigest()


class ChainWalk:
    """Takes the entries of one chain in order. Keeps the head only, so memory is constant.

    `report` is what was found so far; it is complete after `finish`.
    """

    def __init__(self, mesh: str, start: Head = GENESIS, anchors: Iterable[Anchor] = ()) -> None:
        self.report = ChainReport(True, 0, start)
        self.mesh = mesh
        self._entries = 0
        self._seq, self._hash = start
        self._anchors: Iterator[Anchor] = iter(())
        self._anchor: Anchor | None = None
        self.meet(anchors)

    @property
    def head(self) -> Head:
        """The last entry that holds."""
        return Head(self._seq, self._hash)

    def meet(self, anchors: Iterable[Anchor]) -> bool:
        """Sets what the chain must pass through from here; False if it does not already.

        They come in order of `seq`; those before the head are passed over.
        """
        self._anchors = iter(anchors)
        self._anchor = next((a for a in self._anchors if a.seq >= self._seq), None)
        return self._pass_anchors()

    def take(self, entry: Entry) -> bool:
        """Checks the next entry; False, now and from now on, when the chain is broken."""
        if not self.report.valid:
            return False
        seq = self._seq + 1
        if entry.seq != seq:
            return self.fail("gap")
        if entry.mesh != self.mesh:
            return self.fail("other_mesh")
        content = (entry.type, entry.actor, entry.payload, entry.created_at)
        if hash_of(self._hash, self.mesh, seq, *content) != entry.hash:
            return self.fail("hash")
        self._seq, self._hash = seq, entry.hash
        self._entries += 1
        return self._anchor is None or self._anchor.seq > seq or self._pass_anchors()

    def fail(self, damage: Damage, *, at: int | None = None, witness: str = "chain") -> bool:
        """Ends the walk with a finding; `at` is the next entry if not said. Always False."""
        broken_at = self._seq + 1 if at is None else at
        self.report = ChainReport(False, self._entries, self.head, broken_at, damage, witness)
        return False

    def finish(self) -> ChainReport:
        """Says that there are no more entries."""
        if self.report.valid and self._anchor is not None:
            self.fail("truncated", witness=self._anchor.witness)
        if self.report.valid:
            self.report = ChainReport(True, self._entries, self.head)
        return self.report

    def _pass_anchors(self) -> bool:
        while self._anchor is not None and self._anchor.seq == self._seq:
            if self._anchor.hash != self._hash:
                return self.fail("rewritten", at=self._seq, witness=self._anchor.witness)
            self._anchor = next(self._anchors, None)
        return True


def verify_chain(
    entries: Iterable[Entry],
    *,
    mesh: str,
    start: Head = GENESIS,
    anchors: Iterable[Anchor] = (),
) -> ChainReport:
    """Walks the entries that follow `start`. Stops at the first that does not hold."""
    walk = ChainWalk(mesh, start, anchors)
    for entry in entries:
        if not walk.take(entry):
            break
    return walk.finish()


def extends(remembered: Head, entries: Iterable[Entry], *, mesh: str) -> ChainReport:
    """Whether a chain goes on from a remembered head.

    `entries` are the whole chain, or only what follows `remembered`. No entries at all extend a
    remembered head only if the caller has compared it with the chain's (`relation`).
    """
    entries = iter(entries)
    first = next(entries, None)
    if first is None:
        return ChainReport(True, 0, remembered)
    whole = chain([first], entries)
    if first.seq == remembered.seq + 1:
        return verify_chain(whole, mesh=mesh, start=remembered)
    return verify_chain(whole, mesh=mesh, anchors=[Anchor(*remembered, "remembered head")])


def relation(remembered: Head, told: Head) -> Relation:
    """How a head that one is told relates to the one remembered.

    `same` is fine; `behind` is a truncated log and `forked` a rewritten one; `ahead` is to be
    proven with the entries between (`extends`).
    """
    if told.seq != remembered.seq:
        return "ahead" if told.seq > remembered.seq else "behind"
    return "same" if told.hash == remembered.hash else "forked"
