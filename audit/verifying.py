"""Walks stored chains in constant memory and says whether they are what was written.

The chain itself shows edits, deletions, insertions and another order. That it was cut short or
rewritten as a whole shows against the stored head, the broker's checkpoints, and a head that a
client remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import merge
from typing import NamedTuple

from claudemesh_wire.audit import GENESIS, Anchor, ChainReport, ChainWalk, Entry, Head
from claudemesh_wire.checkpoints import is_signed
from django.db import connection

from audit import keys
from audit.models import AuditEntry, AuditHead, Checkpoint
from audit.reading import entries_up_to

#: Called with how many of how many entries are done.
Progress = Callable[[int, int], None]
PROGRESS_EVERY = 2_000

_EXTENT = (
    f"SELECT (SELECT seq FROM {AuditHead._meta.db_table} WHERE mesh_id = %s),"
    f" (SELECT hash FROM {AuditHead._meta.db_table} WHERE mesh_id = %s),"
    f" (SELECT max(seq) FROM {AuditEntry._meta.db_table} WHERE mesh_id = %s)"
)


class _Extent(NamedTuple):
    """How far a chain goes, by its checkpoints (the newest row's id), its head, its entries."""

    checkpoint_id: int
    head: Head
    last_seq: int


class _BadSignature(Exception):
    """A stored checkpoint is not the broker's; the argument is the number it is of."""


def verify(
    mesh_id: str, *, remembered: Head = GENESIS, progress: Progress | None = None
) -> ChainReport:
    """Verifies a chain as it is now; what is appended meanwhile is left for the next time.

    `remembered` is a head that somebody saw before. Memory is constant.
    """
    extent = _extent(mesh_id)
    witnesses = (
        _checkpoints(mesh_id, extent.checkpoint_id),
        [Anchor(*remembered, "remembered head")] if remembered.seq else [],
        [Anchor(*extent.head, "stored head")] if extent.head.seq else [],
    )
    walk = ChainWalk(mesh_id)
    try:
        walk.meet(merge(*witnesses, key=lambda anchor: anchor.seq))
        _walk(walk, entries_up_to(mesh_id, extent.head.seq), extent.head.seq, progress)
        walk.finish()
    except _BadSignature as bad:
        walk.fail("signature", at=bad.args[0], witness="checkpoint")
    if walk.report.valid and extent.last_seq > extent.head.seq:
        walk.fail("surplus", witness="stored head")
    return walk.report


def _walk(walk: ChainWalk, entries: Iterator[Entry], total: int, progress: Progress | None) -> None:
    for done, entry in enumerate(entries, start=1):
        if not walk.take(entry):
            return
        if progress is not None and done % PROGRESS_EVERY == 0:
            progress(done, total)
    if progress is not None:
        progress(total, total)


def _extent(mesh_id: str) -> _Extent:
    """Checkpoints first, then head and entries in one statement: appends meanwhile do no harm."""
    signed = Checkpoint.objects.filter(mesh_id=mesh_id).order_by("-id").first()
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT, [mesh_id] * 3)
        seq, hash, last_seq = cursor.fetchone()
    head = GENESIS if seq is None else Head(seq, hash)
    return _Extent(signed.pk if signed is not None else 0, head, last_seq or 0)


def _checkpoints(mesh_id: str, last_id: int) -> Iterator[Anchor]:
    trusted = keys.trusted()
    rows = Checkpoint.objects.filter(mesh_id=mesh_id, id__lte=last_id).order_by("seq")
    for row in rows.iterator():
        checkpoint = row.as_wire
        if not is_signed(checkpoint, by=trusted):
            raise _BadSignature(row.seq)
        yield checkpoint.anchor
