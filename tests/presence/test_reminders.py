"""Reminders on the wire: planned, listed, canceled, and delivered once, whoever is there."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from meshes.models import Member, Mesh, Reminder
from presence import reminding
from presence.clock import millis, now
from presence.models import Delivery, Message
from presence.storage import reminders as storage
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer

HOUR_MS = 3_600_000


def text_of(frame: Frame) -> str:
    return base64.b64decode(frame["ciphertext"]).decode()


async def plan(peer: WirePeer, to: str = "me", **fields: Any) -> Frame:
    """A reminder that is due, unless the fields say otherwise."""
    when = {} if "cron" in fields else {"deliverAt": millis()}
    return await peer.ask("schedule", **{"to": to, "message": "stand up", **when, **fields})


async def fire(world: World) -> None:
    await world.runtime.reminding.fire_due()
    await world.quiet()


async def reminded(*peers: WirePeer) -> list[list[str]]:
    """The texts each has been pushed and that were not taken yet."""
    for peer in peers:
        await peer.sync()
    return [[text_of(f) for f in peer.frames if f.get("subtype") == "reminder"] for peer in peers]


async def overdue(world: World, **ago: float) -> None:
    """Lets time pass for every reminder."""
    await world.stored(lambda: Reminder.objects.update(due_at=now() - timedelta(**ago)))


async def test_scheduling_is_acknowledged_with_time_and_zone(world: World) -> None:
    bob = await world.connect(world.bob)
    at = millis() + HOUR_MS
    ack = await plan(bob, deliverAt=at, subtype="reminder")
    assert (ack["type"], ack["deliverAt"], ack["timeZone"]) == ("scheduled_ack", at, "UTC")
    assert "cron" not in ack
    repeated = await plan(bob, cron="0 9 * * 1-5")
    assert repeated["cron"] == "0 9 * * 1-5"
    assert repeated["deliverAt"] > millis()
    assert repeated["deliverAt"] % HOUR_MS == 0


async def test_a_reminder_comes_as_plain_text_from_its_author(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    await plan(bob, "alice", message="stand up, Ünal 🚀")
    await fire(world)
    push = await alice.pushed()
    assert text_of(push) == "stand up, Ünal 🚀"
    assert (push["subtype"], push["encryption"], push["nonce"]) == ("reminder", "none", "")
    assert (push["senderName"], push["priority"]) == ("bob", "now")
    assert push["senderPubkey"] == push["senderMemberPubkey"] == world.bob.pubkey


async def test_to_version_one_the_sender_is_left_out(world: World) -> None:
    bob = await world.connect(world.bob, version=1)
    await plan(bob, bob.key)
    await fire(world)
    push = await bob.pushed()
    assert (push["senderPubkey"], text_of(push)) == ("", "stand up")


async def test_before_its_time_nothing_comes(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, deliverAt=millis() + HOUR_MS)
    await fire(world)
    assert await reminded(bob) == [[]]


async def test_it_fires_once(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob)
    for _ in range(3):
        await fire(world)
    assert await reminded(bob) == [["stand up"]]
    assert (await bob.ask("list_scheduled"))["messages"] == []


async def test_a_recurring_one_fires_again(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, cron="*/5 * * * *", recurring=True)
    for _ in range(2):
        await overdue(world, hours=3)
        await fire(world)
    assert await reminded(bob) == [["stand up", "stand up"]]
    [row] = (await bob.ask("list_scheduled"))["messages"]
    assert (row["firedCount"], row["cron"]) == (2, "*/5 * * * *")
    assert row["deliverAt"] > millis()


async def test_a_line_that_is_not_to_recur_fires_once(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, cron="*/5 * * * *", recurring=False)
    for _ in range(2):
        await overdue(world, hours=3)
        await fire(world)
    assert await reminded(bob) == [["stand up"]]


async def test_every_session_of_the_member_is_reminded(world: World) -> None:
    bob, other = await world.connect(world.bob), await world.connect(world.bob)
    await plan(bob, "me")
    await fire(world)
    assert await reminded(bob, other) == [["stand up"], ["stand up"]]


@pytest.mark.parametrize("how", ["name", "key", "prefix"])
async def test_one_session_of_several_can_be_meant(world: World, how: str) -> None:
    bob = await world.connect(world.bob, displayName="frontend")
    other = await world.connect(world.bob, displayName="backend")
    to = {"name": "Frontend", "key": bob.key, "prefix": bob.key[:8]}[how]
    await plan(other, to)
    await fire(world)
    assert await reminded(bob, other) == [["stand up"], []]


async def test_a_session_that_is_gone_leaves_it_to_its_member(world: World) -> None:
    bob = await world.connect(world.bob)
    other = await world.connect(world.bob)
    await plan(bob, bob.key)
    await bob.transport.close()
    await world.quiet()
    await fire(world)
    assert await reminded(other) == [["stand up"]]


async def test_one_shot_commands_plan_for_the_member_behind_them(world: World) -> None:
    command = await world.connect(world.bob, ephemeral=True)
    await plan(command, command.key)
    await command.transport.close()
    await fire(world)
    bob = await world.connect(world.bob)
    assert text_of(await bob.pushed()) == "stand up"


async def test_a_group_is_resolved_when_it_fires_and_includes_the_author(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, "@team")
    alice = await world.connect(world.alice)
    carol = await world.connect(world.carol)
    for peer in (alice, bob):
        await peer.ask("join_group", name="team/leads")
    await fire(world)
    assert await reminded(alice, bob, carol) == [["stand up"], ["stand up"], []]


async def test_everybody_is_everybody_of_this_mesh(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    mallory = await world.connect(world.mallory)
    await plan(bob, "*")
    await fire(world)
    assert await reminded(bob, alice, mallory) == [["stand up"], ["stand up"], []]


async def test_a_group_of_nobody_ends_in_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, "@nobody")
    await fire(world)
    assert await reminded(bob) == [[]]
    assert await world.stored(Message.objects.count) == 0
    assert await world.stored(Reminder.objects.count) == 0


async def test_it_waits_for_a_member_who_is_offline(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, "carol")
    await fire(world)
    carol = await world.connect(world.carol)
    push = await carol.pushed()
    assert (text_of(push), push["subtype"]) == ("stand up", "reminder")


async def test_what_was_missed_while_no_node_ran_fires_once_at_the_start(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, cron="0 * * * *", message="hourly")
    await plan(bob, message="once")
    await bob.transport.close()
    await overdue(world, days=3)
    bob = await world.connect(world.bob)
    for _ in range(2):
        await fire(world)
    assert sorted((await reminded(bob))[0]) == ["hourly", "once"]


async def test_a_session_that_ends_before_it_acks_leaves_it_to_the_others(world: World) -> None:
    bob, other = await world.connect(world.bob), await world.connect(world.bob)
    bob.acks_pushes = False
    await plan(bob, bob.key)
    await fire(world)
    await bob.pushed()
    await bob.transport.close()
    await world.quiet()
    assert await reminded(other) == [["stand up"]]


async def test_many_at_once_all_fire(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "BATCH", 3)
    bob = await world.connect(world.bob)
    texts = [f"number {number}" for number in range(7)]
    for text in texts:
        await plan(bob, message=text)
    await fire(world)
    assert sorted((await reminded(bob))[0]) == texts


@pytest.mark.parametrize("to", ["nobody", "ffffffff", "f" * 64, "mallory"])
async def test_an_unknown_name_is_said_at_once(world: World, to: str) -> None:
    bob = await world.connect(world.bob)
    await world.connect(world.mallory)
    assert (await plan(bob, to))["code"] == "not_found"


@pytest.mark.parametrize("to", ["", "  ", "@"])
async def test_no_target_is_no_target(world: World, to: str) -> None:
    bob = await world.connect(world.bob)
    assert (await plan(bob, to))["code"] == "bad_target"


async def test_an_ambiguous_name_is_answered_with_candidates(world: World) -> None:
    bob = await world.connect(world.bob)
    await world.join("twin")
    await world.join("Twin")
    await world.runtime.rosters.refresh(world.mesh_id)
    refused = await plan(bob, "twin")
    assert refused["code"] == "ambiguous"
    assert len(refused["candidates"]) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"deliverAt": None},
        {"deliverAt": 1},
        {"deliverAt": 2**53},
        {"deliverAt": -1},
        {"cron": "not a line"},
        {"cron": "* * * * * *"},
        {"cron": "0 0 31 2 *"},
        {"deliverAt": 2**52, "recurring": True},
        {"subtype": "other", "cron": "* * * * *"},
        {"message": ""},
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(world: World, fields: Frame) -> None:
    bob = await world.connect(world.bob)
    refused = await plan(bob, **fields)
    assert (refused["type"], refused["code"]) == ("error", "malformed")
    assert (await bob.ask("list_scheduled"))["messages"] == []


async def test_one_lists_and_cancels_ones_own_only(world: World) -> None:
    bob = await world.connect(world.bob)
    ack = await plan(bob, "alice", deliverAt=millis() + HOUR_MS)
    reminder_id = ack["scheduledId"]
    [row] = (await bob.ask("list_scheduled"))["messages"]
    assert row.pop("createdAt").endswith("Z")
    assert row == {
        "id": reminder_id,
        "to": "alice",
        "message": "stand up",
        "deliverAt": ack["deliverAt"],
    }
    for who in (world.alice, world.mallory):
        other = await world.connect(who)
        assert (await other.ask("list_scheduled"))["messages"] == []
        assert (await other.ask("cancel_scheduled", scheduledId=reminder_id))["ok"] is False
    canceled = await bob.ask("cancel_scheduled", scheduledId=reminder_id)
    assert (canceled["type"], canceled["ok"]) == ("cancel_scheduled_ack", True)
    await overdue(world, hours=1)
    await fire(world)
    assert (await bob.ask("cancel_scheduled", scheduledId=reminder_id))["ok"] is False


@pytest.mark.limits(max_reminders_per_member=1, max_reminder_bytes=10)
async def test_limits_are_said(world: World) -> None:
    bob = await world.connect(world.bob)
    assert (await plan(bob, message="x" * 11))["code"] == "too_large"
    await plan(bob, deliverAt=millis() + HOUR_MS)
    assert (await plan(bob, deliverAt=millis() + HOUR_MS))["code"] == "too_large"


@pytest.mark.limits(send_burst=1, sends_per_minute=1)
async def test_planning_takes_from_the_allowance_of_sends(world: World) -> None:
    bob = await world.connect(world.bob)
    assert (await plan(bob))["type"] == "scheduled_ack"
    refused = await plan(bob)
    assert refused["code"] == "rate_limit"
    assert refused["retryAfterMs"] > 0


async def test_whoever_blocked_the_author_is_not_reminded(world: World) -> None:
    bob = await world.connect(world.bob)
    carol = await world.connect(world.carol)
    await plan(bob, "carol")
    await carol.ask("set_grants", grants={world.bob.pubkey: []})
    assert (await plan(bob, "carol"))["code"] == "blocked"
    await plan(bob, "*", message="all")
    await fire(world)
    assert await reminded(carol, bob) == [[], ["all"]]


async def test_a_removed_member_plans_nothing_and_reminds_nobody(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    await plan(bob, "alice")
    removed = {"revoked_at": now()}
    await world.stored(lambda: Member.objects.filter(pk=world.bob.member_id).update(**removed))
    assert (await plan(bob, "me"))["code"] == "revoked"
    assert (await bob.ask("list_scheduled"))["code"] == "revoked"
    assert (await bob.ask("cancel_scheduled", scheduledId="x"))["code"] == "revoked"
    await fire(world)
    assert await reminded(alice) == [[]]


async def test_a_removed_member_is_not_reminded(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob, "carol")
    removed = {"revoked_at": now()}
    await world.stored(lambda: Member.objects.filter(pk=world.carol.member_id).update(**removed))
    await fire(world)
    assert await world.stored(Delivery.objects.count) == 0


async def test_a_closed_mesh_reminds_nobody(world: World) -> None:
    bob = await world.connect(world.bob)
    await plan(bob)
    await world.stored(lambda: Mesh.objects.filter(pk=world.mesh_id).update(archived_at=now()))
    await fire(world)
    assert await world.stored(Message.objects.count) == 0


async def test_a_commit_that_fails_fires_nothing_and_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await world.connect(world.bob)
    await plan(bob)
    record = storage.record
    failures = [OperationalError("gone")]

    def failing(drafts: Any) -> Any:
        outcomes = record(drafts)
        if failures:
            raise failures.pop()
        return outcomes

    monkeypatch.setattr(storage, "record", failing)
    await fire(world)
    assert await reminded(bob) == [["stand up"]]
    assert await world.stored(Message.objects.count) == 1


async def test_when_the_answer_of_a_commit_is_lost_the_reminder_is_pushed_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await world.connect(world.bob)
    await plan(bob)
    call = world.ledger.call

    async def twice(work: Any) -> Any:
        await call(work)
        return await call(work)

    monkeypatch.setattr(world.runtime.ledger, "call", twice)
    await world.runtime.reminding.fire_due()
    monkeypatch.undo()
    assert await reminded(bob) == [[]]
    await fire(world)
    assert await reminded(bob) == [["stand up"]]
