"""Reminders as plans: when they fire, limits, who may cancel, and that each is taken once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from meshes.models import Member, Mesh, Reminder
from meshes.services import reminders
from meshes.services.reminders import Plan, ReminderLimits
from meshes.shared import reminders_of
from tests.at_once import all_at_once
from tests.meshes.conftest import Person

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
LIMITS = ReminderLimits(text_bytes=20, per_member=2, per_mesh=3)


def millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def plan(**changed: Any) -> Plan:
    fields: dict[str, Any] = {
        "to": "*",
        "target": "*",
        "recipient_id": None,
        "text": "stand up",
        "deliver_at": None if "cron" in changed else millis(NOW),
        "cron": "",
        "recurring": bool(changed.get("cron")),
        **changed,
    }
    return Plan(**fields)


def schedule(mesh: Mesh, who: Person, reminder_id: str = "", **changed: Any) -> Reminder:
    member = Member.objects.get(user=who.user)
    return reminders.schedule(
        mesh_id=mesh.pk,
        member_id=member.pk,
        reminder_id=reminder_id or new_id(),
        plan=plan(**changed),
        limits=LIMITS,
        now=NOW,
    )


def take(now: datetime = NOW, limit: int = 10) -> list[str]:
    with transaction.atomic():
        return [reminder.pk for reminder in reminders.take_due(now=now, limit=limit)]


def comes(cron: str) -> bool | str:
    try:
        return reminders.next_time(cron, after=NOW) > NOW
    except MeshError as error:
        return error.code


def refused(code: str) -> Any:
    return pytest.raises(MeshError, match=f"^{code}:")


def test_a_cron_line_is_read_in_utc() -> None:
    east = NOW.astimezone(tz=None)
    assert reminders.next_time("30 9 * * 1-5", after=east) == datetime(
        2026, 11, 24, 9, 30, tzinfo=UTC
    )


def test_cron_waits_for_the_first_time_after_deliver_at() -> None:
    later = plan(cron="0 * * * *", deliver_at=millis(NOW + timedelta(hours=3)))
    assert reminders.first_time(later, now=NOW) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_cron_with_a_time_that_has_passed_begins_now() -> None:
    assert reminders.first_time(plan(cron="* * * * *", deliver_at=0), now=NOW) == datetime(
        2026, 11, 23, 12, 1, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "cron",
    [
        "x",
        "* * * *",
        "* * * * * *",
        "@daily",
        "60 * * * *",
        "0 0 31 2 *",
        "0 0 */31 2 MON#5",
        "٣ * * * *",
        "* * * * *; rm -rf /",
    ],
)
def test_a_line_that_never_comes_is_refused(cron: str) -> None:
    with refused("malformed"):
        reminders.next_time(cron, after=NOW)


@given(cron=st.text(max_size=60))
def test_any_text_is_a_line_or_refused(cron: str) -> None:
    assert comes(cron) in (True, "malformed")


@given(cron=st.text("0123456789*/-,#L ", max_size=30))
def test_any_syntax_is_a_line_or_refused(cron: str) -> None:
    assert comes(cron) in (True, "malformed")


@pytest.mark.parametrize(
    "changed",
    [
        {"deliver_at": None},
        {"deliver_at": millis(NOW - timedelta(minutes=2))},
        {"deliver_at": int(NOW.timestamp())},
        {"deliver_at": millis(NOW + timedelta(days=6 * 366))},
        {"deliver_at": 2**53},
        {"recurring": True},
    ],
)
def test_a_time_that_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    with refused("malformed"):
        reminders.first_time(plan(**changed), now=NOW)


def test_a_clock_that_is_a_little_behind_may_schedule_now() -> None:
    just_past = NOW - timedelta(seconds=50)
    assert reminders.first_time(plan(deliver_at=millis(just_past)), now=NOW) == just_past


def test_text_is_bounded_in_bytes(mesh: Mesh, carol: Person) -> None:
    schedule(mesh, carol, text="ü" * 10)
    with refused("too_large"):
        schedule(mesh, carol, text="ü" * 10 + "x")


def test_a_member_has_so_many_and_a_mesh_so_many(mesh: Mesh, bob: Person, carol: Person) -> None:
    for _ in range(2):
        schedule(mesh, carol)
    with refused("too_large"):
        schedule(mesh, carol)
    schedule(mesh, bob)
    with refused("too_large"):
        schedule(mesh, bob)


@pytest.mark.django_db(transaction=True)
def test_scheduling_at_once_stops_at_the_limit(mesh: Mesh, carol: Person) -> None:
    all_at_once([lambda: schedule(mesh, carol).pk] * 10)
    assert Reminder.objects.count() == 2


def test_the_same_id_again_is_the_same_reminder(mesh: Mesh, carol: Person) -> None:
    once = schedule(mesh, carol, "r1")
    assert schedule(mesh, carol, "r1", text="other") == once
    assert Reminder.objects.get().text == "stand up"


def test_strangers_and_removed_members_schedule_nothing(
    mesh: Mesh, erin: Person, mallory: Person
) -> None:
    with refused("revoked"):
        schedule(mesh, erin)
    with refused("unauthorized"):
        schedule(mesh, mallory)


def test_only_the_author_cancels(mesh: Mesh, alice: Person, carol: Person) -> None:
    planned = schedule(mesh, carol)
    for who, ok in ((alice, False), (carol, True), (carol, False)):
        member = Member.objects.get(user=who.user)
        canceled = reminders.cancel(mesh_id=mesh.pk, member_id=member.pk, reminder_id=planned.pk)
        assert canceled is ok


def test_one_lists_ones_own_by_time(mesh: Mesh, alice: Person, carol: Person) -> None:
    later = schedule(mesh, carol, deliver_at=millis(NOW + timedelta(hours=1)))
    sooner = schedule(mesh, carol)
    schedule(mesh, alice)
    assert carol.member is not None
    mine = reminders_of(mesh_id=mesh.pk, member_id=carol.member.pk)
    assert [reminder.pk for reminder in mine] == [sooner.pk, later.pk]


def test_what_is_due_is_taken_once(mesh: Mesh, carol: Person) -> None:
    due = schedule(mesh, carol)
    schedule(mesh, carol, deliver_at=millis(NOW + timedelta(seconds=1)))
    assert take() == [due.pk]
    assert take() == []


def test_taking_is_bounded_and_begins_with_the_oldest(mesh: Mesh, bob: Person) -> None:
    second = schedule(mesh, bob)
    first = schedule(mesh, bob, deliver_at=millis(NOW - timedelta(seconds=9)))
    assert take(limit=1) == [first.pk]
    assert take(limit=1) == [second.pk]


def test_a_recurring_one_comes_again(mesh: Mesh, carol: Person) -> None:
    hourly = schedule(mesh, carol, cron="0 * * * *")
    assert take(hourly.due_at) == [hourly.pk]
    hourly.refresh_from_db()
    assert hourly.due_at == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert hourly.fired_count == 1


def test_one_that_was_missed_often_fires_once(mesh: Mesh, carol: Person) -> None:
    hourly = schedule(mesh, carol, cron="0 * * * *")
    a_week_later = NOW + timedelta(days=7)
    assert take(a_week_later) == [hourly.pk]
    assert take(a_week_later) == []


def test_cron_that_is_not_recurring_fires_once(mesh: Mesh, carol: Person) -> None:
    once = schedule(mesh, carol, cron="0 * * * *", recurring=False)
    assert take(once.due_at) == [once.pk]
    assert not Reminder.objects.exists()


def test_reminders_of_a_closed_mesh_end(mesh: Mesh, carol: Person) -> None:
    hourly = schedule(mesh, carol, cron="0 * * * *")
    Mesh.objects.filter(pk=mesh.pk).update(archived_at=NOW)
    take(hourly.due_at)
    assert not Reminder.objects.exists()


def test_a_transaction_that_fails_fires_nothing(mesh: Mesh, carol: Person) -> None:
    due = schedule(mesh, carol)
    with transaction.atomic():
        reminders.take_due(now=NOW, limit=10)
        transaction.set_rollback(True)
    assert take() == [due.pk]


@pytest.mark.django_db(transaction=True)
def test_takers_at_once_share_what_is_due(mesh: Mesh, bob: Person, carol: Person) -> None:
    due = {schedule(mesh, carol).pk, schedule(mesh, carol).pk, schedule(mesh, bob).pk}
    taken = [pk for pks in all_at_once([take] * 8) for pk in pks]
    assert sorted(taken) == sorted(due)
