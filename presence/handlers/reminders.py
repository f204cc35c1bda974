"""schedule, list_scheduled, cancel_scheduled: reminders as their author sees them."""

from claudemesh_wire.broker import CancelScheduledAck, ScheduledAck, ScheduledList
from claudemesh_wire.capabilities import DM
from claudemesh_wire.client import CancelScheduled, ListScheduled, Schedule
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import ScheduledMessage
from claudemesh_wire.ids import new_id

from meshes.models import Reminder
from meshes.services import reminders
from meshes.shared import reminders_of
from presence.clock import iso, now
from presence.naming import find
from presence.roster import Roster
from presence.runtime import Runtime
from presence.session import Session
from presence.targets import EVERYBODY, is_direct

SELF = frozenset({"me", "self"})
TIME_ZONE = "UTC"


async def schedule(runtime: Runtime, session: Session, message: Schedule) -> ScheduledAck:
    """Plans a reminder; it counts as a send, for it will be one.

    Raises MeshError `rate_limit`, `bad_target`, `not_found`, `ambiguous`, `blocked`,
    `malformed` for the time, `too_large` past a limit.
    """
    runtime.send_limit.take(session.member_id)
    reminder_id = new_id()
    plan = _plan(_roster(runtime, session), session, message)
    config = runtime.config
    limits = reminders.ReminderLimits(
        text_bytes=config.max_reminder_bytes,
        per_member=config.max_reminders_per_member,
        per_mesh=config.max_reminders_per_mesh,
    )
    moment = now()
    planned = await runtime.ledger.call(
        lambda: reminders.schedule(
            mesh_id=session.mesh_id,
            member_id=session.member_id,
            reminder_id=reminder_id,
            plan=plan,
            limits=limits,
            now=moment,
        )
    )
    return ScheduledAck(
        scheduled_id=planned.pk,
        deliver_at=_due_millis(planned),
        cron=planned.cron or None,
        time_zone=TIME_ZONE,
    )


async def list_scheduled(
    runtime: Runtime, session: Session, message: ListScheduled
) -> ScheduledList:
    """One's own reminders that wait, the next one first."""
    waiting = await runtime.ledger.call(
        lambda: reminders_of(mesh_id=session.mesh_id, member_id=session.member_id)
    )
    return ScheduledList(messages=[_row(reminder) for reminder in waiting])


async def cancel_scheduled(
    runtime: Runtime, session: Session, message: CancelScheduled
) -> CancelScheduledAck:
    """Cancels a reminder of one's own; `ok` is false for any other id."""
    canceled = await runtime.ledger.call(
        lambda: reminders.cancel(
            mesh_id=session.mesh_id,
            member_id=session.member_id,
            reminder_id=message.scheduled_id,
        )
    )
    return CancelScheduledAck(scheduled_id=message.scheduled_id, ok=canceled)


def _plan(roster: Roster, session: Session, message: Schedule) -> reminders.Plan:
    target, recipient_id = _whom(roster, session, message.to.strip())
    return reminders.Plan(
        to=message.to,
        target=target,
        recipient_id=recipient_id,
        text=message.message,
        deliver_at=message.deliver_at,
        cron=message.cron or "",
        recurring=bool(message.cron) if message.recurring is None else message.recurring,
    )


def _whom(roster: Roster, session: Session, to: str) -> tuple[str, str | None]:
    """The target that a word stands for, and the member it belongs to unless it is a group.

    A session of several is kept as a session, anybody else as a member.
    """
    own = session.peer
    if to in EVERYBODY or to.startswith("@"):
        is_direct(to)
        return to, None
    if to.casefold() in SELF or (session.ephemeral and to == own.session_key):
        return own.member_key, own.member_id
    if not to:
        raise MeshError("bad_target", "Say who is to be reminded.")
    found = find(roster, to)
    member = found.member
    if member.revoked or not member.pubkey:
        raise MeshError("not_found", f"{member.name} is not on this mesh.")
    own_member = member.id == own.member_id
    if not own_member and not member.allows(own.member_key, own.session_key, DM):
        raise MeshError("blocked")
    one_of_several = len(found.peers) == 1 < len(roster.peers_of(member.id))
    session_key = found.peers[0].session_key if one_of_several else ""
    return session_key or member.pubkey, member.id


def _row(reminder: Reminder) -> ScheduledMessage:
    return ScheduledMessage(
        id=reminder.pk,
        to=reminder.to,
        message=reminder.text,
        deliver_at=_due_millis(reminder),
        created_at=iso(reminder.created_at),
        cron=reminder.cron or None,
        fired_count=reminder.fired_count if reminder.recurring else None,
    )


def _due_millis(reminder: Reminder) -> int:
    return round(reminder.due_at.timestamp() * 1000)


def _roster(runtime: Runtime, session: Session) -> Roster:
    roster = runtime.rosters.loaded(session.mesh_id)
    if roster is None:
        raise MeshError("unauthorized")
    return roster
