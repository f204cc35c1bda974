"""remind: when, to whom, list and cancel."""

import time
from datetime import datetime, timedelta, timezone

import pytest
from claudemesh_cli.moments import next_time
from claudemesh_wire.broker import CancelScheduledAck, ScheduledAck, ScheduledList
from claudemesh_wire.client import CancelScheduled, ListScheduled, Schedule
from claudemesh_wire.fields import ScheduledMessage

DUE_MS = 1_893_456_000_000
NOW = datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def planning(broker) -> None:
    """The broker plans everything for 2030."""
    broker.replies[Schedule] = lambda message: ScheduledAck(
        scheduled_id="r-1", deliver_at=message.deliver_at or DUE_MS, cron=message.cron
    )


def asked(broker) -> Schedule:
    [request] = broker.requests
    return request


def test_in_counts_from_now_and_reminds_oneself(claudemesh, broker, alice) -> None:
    before = int(time.time() * 1000)  # as deliver_at, in whole milliseconds
    result = claudemesh("remind", "stand", "up", "--in", "30m", "--json").json
    request = asked(broker)
    assert (request.to, request.message) == (alice.member.public, "stand up")
    assert 1_800_000 <= request.deliver_at - before < 1_860_000
    assert (result["id"], result["cron"]) == ("r-1", None)


def test_at_takes_a_moment(claudemesh, broker) -> None:
    document = claudemesh("remind", "x", "--at", "2130-01-01T00:00:00Z", "--json").json
    assert document["deliver_at"] == "2130-01-01T00:00:00.000Z"


def test_cron_repeats_and_says_its_zone(claudemesh, broker) -> None:
    shown = claudemesh("remind", "standup", "--cron", "0 9 * * 1-5", "--to", "@web").out
    request = asked(broker)
    assert (request.cron, request.recurring, request.deliver_at) == ("0 9 * * 1-5", True, None)
    assert request.to == "@web"
    assert "UTC" in shown


@pytest.mark.parametrize(
    "when",
    [
        (),
        ("--in", "1h", "--cron", "* * * * *"),
        ("--in", "soon"),
        ("--at", "2001-01-01"),
        ("--at", "noonish"),
    ],
)
def test_it_wants_one_time_to_come(claudemesh, broker, when) -> None:
    assert claudemesh("remind", "x", *when).code == 3
    assert broker.requests == []


def test_a_text_may_come_after_the_options(claudemesh, broker) -> None:
    assert claudemesh("remind", "--in", "1h", "tea").code == 0
    assert asked(broker).message == "tea"


def test_options_may_come_before_the_verb(claudemesh, broker) -> None:
    broker.replies[ListScheduled] = lambda _: ScheduledList(messages=[])
    assert claudemesh("remind", "--json", "list").json == {"mesh": "team", "reminders": []}


def test_list_shows_what_is_planned(claudemesh, broker, alice) -> None:
    row = ScheduledMessage(
        id="r-1",
        to=alice.member.public,
        message="tea\x1b[2J",
        deliver_at=DUE_MS,
        created_at="2029-12-31T00:00:00.000Z",
        cron="0 9 * * *",
        fired_count=3,
    )
    broker.replies[ListScheduled] = lambda _: ScheduledList(messages=[row])
    shown = claudemesh("remind", "list").out
    assert "\x1b[2J" not in shown
    assert "you" in shown
    assert claudemesh("remind", "list", "--json").json["reminders"] == [
        {
            "id": "r-1",
            "to": alice.member.public,
            "text": "tea\x1b[2J",
            "deliver_at": "2030-01-01T00:00:00.000Z",
            "created_at": "2029-12-31T00:00:00.000Z",
            "cron": "0 9 * * *",
            "fired": 3,
        }
    ]


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 5)])
def test_cancel_says_whether_there_was_one(claudemesh, broker, ok, code) -> None:
    broker.replies[CancelScheduled] = lambda message: CancelScheduledAck(
        scheduled_id=message.scheduled_id, ok=ok
    )
    assert claudemesh("remind", "cancel", "r-1").code == code
    assert broker.requests == [CancelScheduled(scheduled_id="r-1", req_id="1")]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("15:30", NOW.replace(hour=15, minute=30)),
        ("12:00", NOW + timedelta(days=1)),
        ("9:05", NOW.replace(hour=9, minute=5) + timedelta(days=1)),
        ("2030-02-01", datetime(2030, 2, 1, tzinfo=timezone.utc)),
        ("2030-02-01T10:00Z", datetime(2030, 2, 1, 10, tzinfo=timezone.utc)),
        ("24:00", None),
        ("", None),
    ],
)
def test_a_time_of_day_is_the_next_one(text, moment) -> None:
    assert next_time(text, NOW) == moment
