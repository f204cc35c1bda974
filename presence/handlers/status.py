"""Status, summary, visibility, profile and counters: what a peer says of itself."""

from typing import Any

from claudemesh_wire.client import SetProfile, SetStats, SetStatus, SetSummary, SetVisible
from claudemesh_wire.errors import MeshError
from msgspec import to_builtins

from presence.clock import now
from presence.handlers.reply import DONE, Done
from presence.runtime import Runtime
from presence.session import Session
from presence.statuses import StatusRecord, decide
from presence.storage.presences import update_profile


async def set_status(runtime: Runtime, session: Session, message: SetStatus) -> Done:
    """Sets the status by hand. Raises MeshError `status_kept` if a fresh hook knows better."""
    peer = runtime.acting.peer(session)
    current = StatusRecord(peer.status, peer.status_source, peer.status_at)
    wanted = StatusRecord(message.status, "manual", now())
    if decide(current, wanted) is not wanted:
        raise MeshError("status_kept")
    await runtime.acting.change(
        peer, status=wanted.status, status_source=wanted.source, status_at=wanted.at
    )
    return DONE


async def set_summary(runtime: Runtime, session: Session, message: SetSummary) -> Done:
    """Says what one is doing; "" says nothing."""
    peer = runtime.acting.peer(session)
    await runtime.acting.change(peer, summary=message.summary or None)
    return DONE


async def set_visible(runtime: Runtime, session: Session, message: SetVisible) -> Done:
    """Hides the session from broadcasts and peer events, or shows it again."""
    peer = runtime.acting.peer(session)
    await runtime.acting.change(peer, visible=message.visible)
    return DONE


async def set_stats(runtime: Runtime, session: Session, message: SetStats) -> Done:
    """Takes the session's counters since it began."""
    peer = runtime.acting.peer(session)
    await runtime.acting.change(peer, stats=message.stats)
    return DONE


async def set_profile(runtime: Runtime, session: Session, message: SetProfile) -> Done:
    """Replaces the named parts of the member's profile."""
    parts: dict[str, Any] = to_builtins(message.profile())
    await runtime.ledger.call(lambda: update_profile(session.member_id, parts))
    await runtime.rosters.refresh(session.mesh_id)
    runtime.doorbell.ring_roster(session.mesh_id)
    return DONE
