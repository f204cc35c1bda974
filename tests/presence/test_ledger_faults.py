"""The ledger under a failing database: every sender answered, nothing acked that is not stored."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from django.db import DataError, OperationalError, connection

from presence import ledger as ledger_module
from presence.models import Delivery, Message
from presence.storage import batch as batch_module
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer

COMMIT = ledger_module.commit


def failing(times: int, error: Callable[[], Exception], *, after: bool = False) -> Any:
    """A commit that fails so many times, before or after it has really committed."""
    left = times

    def commit(batch: Any) -> Any:
        nonlocal left
        if not left or not len(batch):
            return COMMIT(batch)
        left -= 1
        if after:
            COMMIT(batch)
        raise error()

    return commit


async def send_many(world: World, sender: WirePeer, target: str, count: int) -> list[Frame]:
    """Acks of sends that share a batch."""
    async with world.stalled_database():
        for n in range(count):
            frame = {"type": "send", "id": f"m{n}", "targetSpec": target, "nonce": ""}
            await sender.send_frame(frame | {"ciphertext": f"{n:02}"})
    return [await sender.next("ack") for _ in range(count)]


async def stored_ids(world: World) -> set[str]:
    rows = Message.objects.values_list("id", flat=True)
    return await world.stored(lambda: set(rows.all()))


async def test_without_a_database_every_sender_hears_unavailable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    monkeypatch.setattr(ledger_module, "commit", failing(99, lambda: OperationalError("gone")))
    acks = await send_many(world, alice, bob.key, 5)
    assert [ack["error"].split(":")[0] for ack in acks] == ["unavailable"] * 5
    assert await stored_ids(world) == set()
    await bob.sync()
    assert bob.texts() == []


async def test_the_database_is_back_and_the_same_ids_go_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    monkeypatch.setattr(ledger_module, "commit", failing(2, lambda: OperationalError("gone")))
    await send_many(world, alice, bob.key, 3)
    acks = await send_many(world, alice, bob.key, 3)
    assert [ack["queued"] for ack in acks] == [True] * 3
    assert {ack["messageId"] for ack in acks} == await stored_ids(world)
    assert [(await bob.pushed())["ciphertext"] for _ in range(3)] == ["00", "01", "02"]


async def test_one_failure_is_made_good_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    monkeypatch.setattr(ledger_module, "commit", failing(1, lambda: OperationalError("blip")))
    acks = await send_many(world, alice, bob.key, 3)
    assert {ack["messageId"] for ack in acks} == await stored_ids(world)


async def test_a_commit_whose_answer_was_lost_is_recognized(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, and the connection broke before the broker heard so: stored once, acked once."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    lost = failing(1, lambda: OperationalError("lost"), after=True)
    monkeypatch.setattr(ledger_module, "commit", lost)
    acks = await send_many(world, alice, bob.key, 3)
    assert [ack.get("duplicate") for ack in acks] == [None] * 3
    assert {ack["messageId"] for ack in acks} == await stored_ids(world)
    assert await world.stored(lambda: Delivery.objects.count()) == 3
    await bob.sync()
    assert bob.texts() == ["00", "01", "02"]


async def test_a_hello_whose_answer_was_lost_is_admitted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = failing(1, lambda: OperationalError("lost"), after=True)
    monkeypatch.setattr(ledger_module, "commit", lost)
    bob = await world.connect(world.bob)
    rows = (await bob.ask("list_peers"))["peers"]
    assert [row["pubkey"] for row in rows] == [bob.key]


@pytest.mark.parametrize("error", [DataError("no such value"), OverflowError("too large")])
async def test_a_poison_entry_costs_only_its_own_sender(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    record = batch_module.record

    def poisoned(drafts: Any) -> Any:
        if any(draft.message.client_id == "m2" for draft in drafts):
            raise error
        return record(drafts)

    monkeypatch.setattr(batch_module, "record", poisoned)
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    acks = await send_many(world, alice, bob.key, 5)
    assert [ack["queued"] for ack in acks] == [True, True, False, True, True]
    assert acks[2]["error"].startswith("internal: ")
    assert len(await stored_ids(world)) == 4
    assert [(await bob.pushed())["ciphertext"] for _ in range(4)] == ["00", "01", "03", "04"]


async def test_acks_of_receivers_are_not_forgotten_while_the_database_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "RETRY_SETTLEMENTS_S", 0)
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    bob.acks_pushes = False
    await alice.message(bob.key)
    push = await bob.pushed()
    monkeypatch.setattr(ledger_module, "commit", failing(4, lambda: OperationalError("gone")))
    await bob.send_frame({"type": "client_ack", "messageId": push["messageId"]})
    receipt = await alice.next("receipt")
    assert receipt["state"] == "delivered"
    row = await world.stored(lambda: Delivery.objects.get())
    assert row.state == "delivered"


async def test_a_request_without_a_database_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await world.connect(world.bob)

    def gone(work: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(ledger_module, "_in_transaction", gone)
    answer = await bob.ask("set_summary", summary="s")
    assert answer["code"] == "unavailable"
    monkeypatch.undo()
    assert (await bob.ask("set_summary", summary="s"))["type"] == "ok"


async def test_a_hello_without_a_database_is_refused_and_may_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.connect(world.alice)
    monkeypatch.setattr(ledger_module, "commit", failing(2, lambda: OperationalError("gone")))
    bob = world.open(world.bob)
    code, _ = await bob.refused(world.bob.hello_v1(bob.session))
    assert code == "unavailable"
    await world.connect(world.bob)


async def test_killed_connections_are_replaced_and_nothing_is_lost(world: World) -> None:
    """Ten killed database connections ended a process of this kind once."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that somebody else could kill")
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    acked = set()
    for n in range(10):
        with contextlib.suppress(MeshError):
            await world.stored(kill_own_connection)
        acked.add((await alice.message(bob.key, f"{n}", id=f"k{n}"))["messageId"])
    assert acked == await stored_ids(world)
    assert len([await bob.pushed() for _ in range(10)]) == 10


def kill_own_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
