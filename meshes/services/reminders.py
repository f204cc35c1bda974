"""Planning reminders, canceling them, and taking those that are due. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from claudemesh_wire.errors import MeshError
from cronsim import CronSim, CronSimError
from django.db import connection, transaction

from meshes.membership import active_member, lock_mesh
from meshes.models import Reminder

MAX_AHEAD = timedelta(days=5 * 366)
#: A client's clock may be that far behind (as in `hello`); what is older was meant otherwise.
PAST_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Plan:
    """A reminder to be. `deliver_at` is Unix ms; with `cron` it fires at the first time after."""

    to: str
    target: str
    recipient_id: str | None
    text: str
    deliver_at: int | None
    cron: str
    recurring: bool


@dataclass(frozen=True, slots=True)
class ReminderLimits:
    """Bytes of one text; how many reminders may wait, of one member and of a mesh."""

    text_bytes: int
    per_member: int
    per_mesh: int


def first_time(plan: Plan, *, now: datetime) -> datetime:
    """When a plan fires first. Raises MeshError "malformed" for a time or line that makes none."""
    at = None if plan.deliver_at is None else _moment(plan.deliver_at, now)
    if plan.cron:
        return next_time(plan.cron, after=max(now, at or now))
    if plan.recurring:
        raise MeshError("malformed", "A recurring reminder needs a cron line.")
    if at is None:
        raise MeshError("malformed", "Say when: deliverAt in milliseconds, or a cron line.")
    if at < now - PAST_TOLERANCE:
        raise MeshError("malformed", f"{at:%Y-%m-%d %H:%M} UTC has passed (deliverAt is in ms).")
    return at


def next_time(cron: str, *, after: datetime) -> datetime:
    """The next time of a cron line of five fields, in UTC. Raises MeshError "malformed"."""
    if len(cron.split()) != 5:
        raise MeshError("malformed", "A cron line has five fields: minute hour day month weekday.")
    try:
        at = next(CronSim(cron, after.astimezone(UTC)))
    except (CronSimError, StopIteration) as error:
        reason = str(error) or "it never comes"
        raise MeshError("malformed", f"The cron line cannot be used: {reason}.") from error
    if at - after > MAX_AHEAD:
        raise MeshError("malformed", "The cron line has no time within five years.")
    return at


@transaction.atomic
def schedule(
    *,
    mesh_id: str,
    member_id: str,
    reminder_id: str,
    plan: Plan,
    limits: ReminderLimits,
    now: datetime,
) -> Reminder:
    """Store a reminder under an id of the caller's making; the same id again changes nothing.

    Raises MeshError: "malformed" for the time, "too_large" past a limit, "unauthorized" and
    "revoked".
    """
    due_at = first_time(plan, now=now)
    size = len(plan.text.encode())
    if size > limits.text_bytes:
        raise MeshError("too_large", f"The text has {size} bytes, {limits.text_bytes} is the most.")
    lock_mesh(mesh_id)
    author = active_member(mesh_id, member_id)
    before = Reminder.objects.filter(pk=reminder_id, author=author).first()
    if before is not None:
        return before
    _check_room(mesh_id, member_id, limits)
    return Reminder.objects.create(
        id=reminder_id,
        mesh_id=mesh_id,
        author=author,
        to=plan.to,
        target=plan.target,
        recipient_id=plan.recipient_id,
        text=plan.text,
        cron=plan.cron,
        recurring=plan.recurring,
        due_at=due_at,
        created_at=now,
    )


@transaction.atomic
def cancel(*, mesh_id: str, member_id: str, reminder_id: str) -> bool:
    """Cancel one's own reminder; False if there is none of that id, or it is somebody else's.

    Raises MeshError "unauthorized", "revoked".
    """
    author = active_member(mesh_id, member_id)
    deleted, _ = Reminder.objects.filter(pk=reminder_id, author=author).delete()
    return bool(deleted)


def take_due(*, now: datetime, limit: int) -> list[Reminder]:
    """Claims reminders whose time has come, the oldest first, and plans them anew or deletes them.

    Runs inside the caller's transaction, which also stores what they send: so each fires once,
    on whichever node commits. Another node passes over what is claimed here. A recurring one
    that was missed several times fires once. Those of a suspended author wait for its return.
    """
    due = Reminder.objects.filter(due_at__lte=now, author__suspended_at__isnull=True)
    due = due.order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    taken = list(due.select_related("mesh", "author", "recipient")[:limit])
    for reminder in taken:
        _move_on(reminder, now)
    return taken


def _move_on(reminder: Reminder, now: datetime) -> None:
    """A reminder of a closed mesh, or one that cannot come again, is done with."""
    if not reminder.recurring or reminder.mesh.archived_at is not None:
        Reminder.objects.filter(pk=reminder.pk).delete()
        return
    try:
        due_at = next_time(reminder.cron, after=now)
    except MeshError:
        Reminder.objects.filter(pk=reminder.pk).delete()
        return
    Reminder.objects.filter(pk=reminder.pk).update(
        due_at=due_at, fired_count=reminder.fired_count + 1
    )


def _check_room(mesh_id: str, member_id: str, limits: ReminderLimits) -> None:
    waiting = Reminder.objects.filter(mesh_id=mesh_id)
    if waiting.filter(author_id=member_id).count() >= limits.per_member:
        message = f"You have {limits.per_member} reminders waiting, which is the most."
        raise MeshError("too_large", f"{message} Cancel one first.")
    if waiting.count() >= limits.per_mesh:
        raise MeshError("too_large", f"This mesh has {limits.per_mesh} reminders waiting already.")


def _moment(millis: int, now: datetime) -> datetime:
    if millis / 1000 > (now + MAX_AHEAD).timestamp():
        raise MeshError("malformed", "deliverAt is more than five years ahead (it is in ms).")
    return datetime.fromtimestamp(millis / 1000, UTC)
