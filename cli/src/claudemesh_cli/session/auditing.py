"""Reads the audit log over a session, and proves that it goes on from the head seen last.

The broker walks its own chain; what this side adds is that the chain is still the one of last
time: every entry since then is hashed again here, from the remembered head to the one told now.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import NamedTuple

from claudemesh_wire.audit import GENESIS, ChainReport, ChainWalk, Entry, Head, relation
from claudemesh_wire.broker import AuditResult, AuditVerifyResult
from claudemesh_wire.canonical_json import CanonicalJsonError, canonical_json
from claudemesh_wire.client import AuditQuery, AuditVerify
from claudemesh_wire.fields import AuditRow
from msgspec import Raw

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.brief import brief_session
from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.views.ages import parse

PAGE = 500
#: Entries asked for twice, so that those written meanwhile do not push any off the page.
_SLACK = 50
_MAX_STALLS = 20
#: A broker walks 50,000 entries a second or more.
VERIFY_TIMEOUT_S = 600.0
_HINT = (
    "Do not rely on this log. Keep what you exported, and ask the owner and the broker's operator."
)

Progress = Callable[[int, int], None]


class Verified(NamedTuple):
    """The head now; how many entries were new since `before` (None: the first look)."""

    head: Head
    before: Head | None


class Page(NamedTuple):
    """Entries, newest first, and how many of that kind there are in all."""

    rows: list[AuditRow]
    total: int


async def read(desk: Desk, *, event: str | None, since: datetime | None, limit: int) -> Page:
    """The newest entries, `limit` at most, none older than `since`."""
    found: list[AuditRow] = []
    async with brief_session(desk) as connection:
        while True:
            wanted = min(PAGE, limit - len(found))
            query = AuditQuery(limit=wanted, offset=len(found) or None, event_type=event)
            page = await connection.request(query, AuditResult)
            fresh = [row for row in page.entries if since is None or not _older(row, since)]
            found += fresh
            ended = len(fresh) < len(page.entries) or not page.entries
            if ended or len(found) >= min(limit, page.total):
                return Page(found, page.total)


def _older(row: AuditRow, since: datetime) -> bool:
    at = parse(row.created_at)
    return at is not None and at < since


async def verify(desk: Desk, progress: Progress) -> Verified:
    """Have the broker verify its log, then verify that it extends what was seen; remember it.

    `progress` hears how many of how many new entries are checked. Raises CliError `audit_broken`
    or `audit_rewritten`.
    """
    mesh_id = desk.entry.mesh_id
    before = desk.store.audit.head(mesh_id)
    async with brief_session(desk) as connection:
        told = await connection.request(AuditVerify(), AuditVerifyResult, VERIFY_TIMEOUT_S)
        if not told.valid:
            raise CliError(
                "audit_broken",
                f"The audit log of {desk.entry.slug} was tampered with: the broker finds it broken "
                f"at entry {told.broken_at}.",
                _HINT,
            )
        head = Head(told.entries, told.head) if told.entries else GENESIS
        if before is not None:
            await _check_extends(desk, connection, before, head, progress)
    desk.store.audit.remember(mesh_id, head)
    return Verified(head, before)


async def _check_extends(
    desk: Desk, connection: MeshConnection, before: Head, head: Head, progress: Progress
) -> None:
    kind = relation(before, head)
    if kind == "behind":
        raise rewritten(desk.entry.slug, before, f"it ends at entry {head.seq}")
    if kind == "forked":
        raise rewritten(desk.entry.slug, before, f"entry {head.seq} is another one now")
    if kind == "same":
        return
    walk = ChainWalk(desk.entry.mesh_id, start=before)
    async for entry in _entries(connection, desk.entry.mesh_id, before.seq, head.seq):
        if not walk.take(entry):
            break
        if walk.head.seq % PAGE == 0 or walk.head.seq == head.seq:
            progress(walk.head.seq - before.seq, head.seq - before.seq)
    report: ChainReport = walk.finish()
    if not report.valid:
        raise rewritten(desk.entry.slug, before, report.sentence.rstrip("."))
    if report.head != head:
        raise rewritten(desk.entry.slug, before, "its entries do not lead to the head it claims")


async def _entries(
    connection: MeshConnection, mesh_id: str, after: int, last: int
) -> AsyncIterator[Entry]:
    """Entries `after` + 1 to `last`, oldest first, though the log grows meanwhile.

    Pages count from the newest entry, so the number of an entry follows from the reply's total.
    One that is cut short, since entries are large, is asked for again in smaller steps.
    """
    total, stalls, step = last, 0, PAGE - _SLACK
    while after < last and stalls < _MAX_STALLS:
        top = min(after + step, last)
        offset = max(0, total - top)
        page = await connection.request(AuditQuery(limit=PAGE, offset=offset or None), AuditResult)
        newest, total = page.total - offset, page.total
        numbered = [(newest - place, row) for place, row in enumerate(page.entries)]
        fresh = [(seq, row) for seq, row in reversed(numbered) if after < seq <= last]
        if not fresh or fresh[0][0] != after + 1:
            stalls, step = stalls + 1, max(1, step // 2)
            continue
        for seq, row in fresh:
            yield _entry(mesh_id, seq, row)
        after, stalls = fresh[-1][0], 0
    if after < last:
        raise CliError(
            "no_answer",
            "The broker does not give all entries of the log.",
            "Try again; if it stays so, the log is not what it claims to be.",
            ExitCode.NETWORK,
        )


def _entry(mesh_id: str, seq: int, row: AuditRow) -> Entry:
    try:
        payload = Raw(canonical_json(row.payload))
    except CanonicalJsonError:
        payload = Raw(b"")  # has no hash that could be the row's
    return Entry(mesh_id, seq, row.event_type, row.actor, payload, row.created_at, row.hash)


def rewritten(slug: str, before: Head, how: str) -> CliError:
    """The refusal of a log that is not the one seen before."""
    return CliError(
        "audit_rewritten",
        f"The audit log of {slug} is NOT the one seen before: {how}. "
        f"Seen before: entry {before.seq} with hash {before.hash[:16]}….",
        _HINT,
    )


def broken(slug: str, report: ChainReport) -> CliError:
    """The refusal of a log, or an export of it, that does not hold together."""
    hint = _HINT
    if report.damage == "signature":
        hint += " If the broker has a new signing key that you can vouch for: --broker-key KEY"
    return CliError(
        "audit_broken", f"The audit log of {slug} was tampered with. {report.sentence}", hint
    )
