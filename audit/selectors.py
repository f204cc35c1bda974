"""Reads audit chains: pages, heads, checkpoints. What they are worth is for `verifying` to say."""

from __future__ import annotations

from typing import NamedTuple

from claudemesh_wire import checkpoints as wire
from claudemesh_wire.audit import GENESIS, Head
from django.db.models import QuerySet

from audit.events import EVENTS, MESSAGE_SENT
from audit.models import AuditEntry, AuditHead, Checkpoint

MAX_PAGE = 1_000
#: Of payloads, in characters: nobody makes pages too large to read by making entries large.
MAX_PAGE_CHARS = 1_000_000
_ROWS_AT_ONCE = 200


class Page(NamedTuple):
    """Some entries, newest first, and how many there are in all."""

    entries: list[AuditEntry]
    total: int


def head(mesh_id: str) -> Head:
    """The last entry's number and hash; GENESIS for a chain without entries."""
    row = AuditHead.objects.filter(pk=mesh_id).first()
    return Head(row.seq, row.hash) if row is not None else GENESIS


def query(mesh_id: str, *, limit: int = 50, offset: int = 0, event_type: str | None = None) -> Page:
    """A page of a chain, newest first; at most MAX_PAGE entries of about MAX_PAGE_CHARS in all.

    Without a type it costs the same however long the chain is, for numbers have no gap.
    """
    limit = max(0, min(limit, MAX_PAGE))
    entries = AuditEntry.objects.filter(mesh_id=mesh_id).order_by("-seq")
    if event_type is None:
        total = head(mesh_id).seq
        return Page(_bounded(entries.filter(seq__lte=total - offset)[:limit]), total)
    if event_type not in EVENTS:
        return Page([], 0)
    found = entries.filter(type=event_type)[offset : offset + limit]
    return Page(_bounded(found), count(mesh_id, event_type))


def _bounded(entries: QuerySet[AuditEntry]) -> list[AuditEntry]:
    """The first of them; at least one, if there is one."""
    taken: list[AuditEntry] = []
    size = 0
    for entry in entries.iterator(_ROWS_AT_ONCE):
        size += len(entry.payload_json)
        if taken and size > MAX_PAGE_CHARS:
            break
        taken.append(entry)
    return taken


def count(mesh_id: str, event_type: str) -> int:
    """How many entries of a type a chain has. Messages, which are most, are counted by the rest."""
    entries = AuditEntry.objects.filter(mesh_id=mesh_id)
    if event_type == MESSAGE_SENT:
        return head(mesh_id).seq - entries.exclude(type=MESSAGE_SENT).count()
    return entries.filter(type=event_type).count()


def last_checkpoint(mesh_id: str) -> wire.Checkpoint | None:
    """The newest signed head of a chain."""
    row = Checkpoint.objects.filter(mesh_id=mesh_id).order_by("-seq", "-id").first()
    return row.as_wire if row is not None else None


def chains() -> list[str]:
    """Every chain there is any trace of, so that one whose head was deleted is not passed over."""
    traces = (
        AuditHead.objects.values_list("mesh_id"),
        Checkpoint.objects.order_by().values_list("mesh_id"),
        AuditEntry.objects.order_by().values_list("mesh_id"),
    )
    found = traces[0].union(*traces[1:])
    return sorted(row[0] for row in found)
