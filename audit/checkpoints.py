"""Signs the heads of chains. When that is due, and on which node, is for the caller to decide."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from claudemesh_wire import checkpoints as wire
from claudemesh_wire.audit import Damage, Head, timestamp
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery

from audit import keys, selectors
from audit.models import AuditEntry, AuditHead, Checkpoint

logger = logging.getLogger(__name__)


class ChainDamaged(Exception):
    """A chain contradicts itself or its last checkpoint, so it is not signed again."""

    def __init__(self, mesh_id: str, damage: Damage) -> None:
        super().__init__(f"The audit log of {mesh_id} is {damage}; run verify_audit.")
        self.mesh_id = mesh_id
        self.damage = damage


class Run(NamedTuple):
    """What signing all chains came to."""

    signed: int
    damaged: list[ChainDamaged]


def checkpoint(mesh_id: str) -> wire.Checkpoint | None:
    """Signs the head of a chain; the last checkpoint if nothing was appended since.

    None for a chain without entries. Only the head and the last checkpoint are compared with
    the entries: walking the whole chain is `verifying.verify`. Raises ChainDamaged.
    """
    last = selectors.last_checkpoint(mesh_id)  # before the head, which may move meanwhile
    head = selectors.head(mesh_id)
    if last is not None:
        _check_last(mesh_id, head, Head(last.seq, last.hash))
    if head.seq == 0:
        return None
    if _hash_of_entry(mesh_id, head.seq) != head.hash:
        raise ChainDamaged(mesh_id, "rewritten")
    pair = keys.current()
    if last is not None and last.seq == head.seq and wire.is_signed(last, by=[pair.public]):
        return last
    at = datetime.now(UTC)
    signed = wire.sign_checkpoint(mesh_id, head, timestamp(at), pair)
    Checkpoint.objects.create(
        mesh_id=mesh_id,
        seq=head.seq,
        hash=head.hash,
        signed_at=at,
        key_id=signed.key,
        signature=signed.signature,
    )
    return signed


def due(*, signed_before: datetime | None = None) -> list[str]:
    """The chains that have moved since their last checkpoint, if that is from before a time."""
    last = Checkpoint.objects.filter(mesh_id=OuterRef("mesh_id")).order_by().values("mesh_id")
    heads = AuditHead.objects.annotate(
        signed=Subquery(last.annotate(at=Max("seq")).values("at")),
        signed_at=Subquery(last.annotate(at=Max("signed_at")).values("at")),
    )
    moved = heads.exclude(seq=0).exclude(signed__isnull=False, signed=F("seq"))
    if signed_before is not None:
        moved = moved.filter(Q(signed_at__isnull=True) | Q(signed_at__lt=signed_before))
    return list(moved.order_by("mesh_id").values_list("mesh_id", flat=True))


def checkpoint_all(
    *, signed_before: datetime | None = None, may_go_on: Callable[[], bool] = lambda: True
) -> Run:
    """Signs every chain that is `due`; a damaged one is logged and costs the others nothing.

    Each chain has a transaction of its own, in which `may_go_on` is asked first.
    """
    signed, damaged = 0, []
    for mesh_id in due(signed_before=signed_before):
        with transaction.atomic():
            if not may_go_on():
                break
            try:
                signed += checkpoint(mesh_id) is not None
            except ChainDamaged as error:
                logger.error("%s", error)
                damaged.append(error)
    return Run(signed, damaged)


def _check_last(mesh_id: str, head: Head, last: Head) -> None:
    if head.seq < last.seq:
        raise ChainDamaged(mesh_id, "truncated")
    if _hash_of_entry(mesh_id, last.seq) != last.hash:
        raise ChainDamaged(mesh_id, "rewritten")


def _hash_of_entry(mesh_id: str, seq: int) -> str | None:
    entry = AuditEntry.objects.filter(mesh_id=mesh_id, seq=seq)
    return entry.values_list("hash", flat=True).first()
