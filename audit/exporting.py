"""Writes a chain as JSON lines that `claudemesh_wire.audit_export` verifies without a database."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from claudemesh_wire.audit_export import line_of

from audit import checkpoints
from audit.models import Checkpoint
from audit.reading import entries_up_to

logger = logging.getLogger(__name__)

_END = 2**63 - 1


def export(mesh_id: str) -> Iterator[bytes]:
    """The lines of a chain, signed at its end now; nothing for a chain without entries.

    Streams in constant memory. Damage is exported as it is, and a chain that the broker does not
    sign without its last line: finding that is the reader's part.
    """
    try:
        last = checkpoints.checkpoint(mesh_id)
    except checkpoints.ChainDamaged as error:
        logger.error("%s", error)
        return _lines(mesh_id, _END)
    return _lines(mesh_id, last.seq) if last is not None else iter(())


def _lines(mesh_id: str, last_seq: int) -> Iterator[bytes]:
    rows = Checkpoint.objects.filter(mesh_id=mesh_id, seq__lte=last_seq).order_by("seq", "id")
    signed = rows.iterator()
    pending = next(signed, None)
    for entry in entries_up_to(mesh_id, last_seq):
        yield line_of(entry)
        while pending is not None and pending.seq <= entry.seq:
            yield line_of(pending.as_wire)
            pending = next(signed, None)
