"""audit_query and audit_verify: the log of the mesh, for its owner and admins."""

from claudemesh_wire.audit import timestamp
from claudemesh_wire.broker import AuditResult, AuditVerifyResult
from claudemesh_wire.client import AuditQuery, AuditVerify
from claudemesh_wire.fields import AuditRow

from audit.models import AuditEntry
from presence.handlers.moderation import managed_roster
from presence.runtime import Runtime
from presence.session import Session

DEFAULT_LIMIT = 50


async def audit_query(runtime: Runtime, session: Session, message: AuditQuery) -> AuditResult:
    """A page, newest first. Raises MeshError `forbidden`, `unavailable`."""
    await managed_roster(runtime, session)
    page = await runtime.auditing.query(
        session.mesh_id,
        limit=message.limit or DEFAULT_LIMIT,
        offset=message.offset or 0,
        event_type=message.event_type,
    )
    return AuditResult(entries=[_row(entry) for entry in page.entries], total=page.total)


async def audit_verify(
    runtime: Runtime, session: Session, message: AuditVerify
) -> AuditVerifyResult:
    """Walks the whole log. Raises MeshError `forbidden`, `overloaded`, `unavailable`."""
    await managed_roster(runtime, session)
    report = await runtime.auditing.verify(session.mesh_id)
    return AuditVerifyResult(
        valid=report.valid,
        entries=report.entries,
        head=report.head.hash,
        broken_at=report.broken_at,
    )


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=str(entry.seq),
        event_type=entry.type,
        actor=entry.actor,
        payload=entry.payload,
        hash=entry.hash,
        created_at=timestamp(entry.created_at),
    )
