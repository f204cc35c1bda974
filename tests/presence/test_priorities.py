"""Who gets what, when: priorities against the status of the recipient."""

import pytest

from tests.presence.world import World
from tests.wire_peer import WirePeer


async def alice_and_bob(world: World, status: str) -> tuple[WirePeer, WirePeer]:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await bob.ask("set_status", status=status)
    return alice, bob


async def texts(world: World, bob: WirePeer) -> list[str]:
    await world.quiet()
    await bob.sync()
    return bob.texts()


@pytest.mark.parametrize("priority", ["now", "next", "low"])
async def test_the_idle_get_everything(world: World, priority: str) -> None:
    alice, bob = await alice_and_bob(world, "idle")
    await alice.message(bob.key, "aGk=", priority=priority)
    assert await texts(world, bob) == ["aGk="]


@pytest.mark.parametrize("status", ["working", "dnd"])
async def test_the_busy_get_now_only(world: World, status: str) -> None:
    alice, bob = await alice_and_bob(world, status)
    for priority in ("low", "next", "now"):
        assert (await alice.message(bob.key, priority, priority=priority))["queued"] is True
    assert await texts(world, bob) == ["now"]


@pytest.mark.parametrize("status", ["working", "dnd"])
async def test_what_waited_comes_in_order_when_the_peer_turns_idle(
    world: World, status: str
) -> None:
    alice, bob = await alice_and_bob(world, status)
    for n in range(20):
        await alice.message(bob.key, f"{n:02}", priority="next" if n % 2 else "low")
    assert await texts(world, bob) == []
    await bob.ask("set_status", status="idle")
    assert await texts(world, bob) == [f"{n:02}" for n in range(20)]


async def test_what_waited_comes_before_what_is_sent_afterwards(world: World) -> None:
    alice, bob = await alice_and_bob(world, "working")
    await alice.message(bob.key, "before", priority="next")
    async with world.stalled_database():
        await bob.send_frame({"type": "set_status", "status": "idle"})
        frame = {"type": "send", "targetSpec": bob.key, "nonce": "", "ciphertext": "after"}
        await alice.send_frame(frame)
    assert await texts(world, bob) == ["before", "after"]


@pytest.mark.limits(working_timeout_s=0)
async def test_what_waited_comes_when_working_falls_back_to_idle(world: World) -> None:
    alice, bob = await alice_and_bob(world, "working")
    await alice.message(bob.key, "waited", priority="next")
    await world.runtime.sweeps.tick()
    assert await texts(world, bob) == ["waited"]


async def test_what_waited_comes_in_order_after_a_restart_of_the_broker(world: World) -> None:
    alice, bob = await alice_and_bob(world, "working")
    for n in range(10):
        await alice.message(bob.key, f"{n:02}", priority="next")
    await bob.transport.drop()
    async with world.second_node() as node:
        again = node.open(world.bob)
        again.session = bob.session
        await again.say_hello()
        await again.ask("set_status", status="idle")
        assert await texts(node, again) == [f"{n:02}" for n in range(10)]


async def test_another_session_that_is_idle_gets_it_at_once(world: World) -> None:
    alice, busy = await alice_and_bob(world, "dnd")
    idle = await world.connect(world.bob)
    await alice.message(world.bob.pubkey, "aGk=", priority="low")
    assert (await idle.pushed())["ciphertext"] == "aGk="
    assert await texts(world, busy) == []


async def test_held_mail_waits_for_the_status_too(world: World) -> None:
    alice = await world.connect(world.alice)
    for priority in ("next", "now"):
        await alice.message(world.bob.pubkey, priority, priority=priority, hold=True)
    bob = await world.connect(world.bob)
    assert await texts(world, bob) == ["next", "now"]


async def test_a_waiting_message_is_not_said_to_be_pushed(world: World) -> None:
    alice, bob = await alice_and_bob(world, "dnd")
    sent = await alice.message(bob.key, priority="next")
    result = await alice.ask("message_status", messageId=sent["messageId"])
    assert result["recipients"][0]["state"] == "stored"
    await bob.ask("set_status", status="idle")
    push = await bob.pushed()
    assert "attempt" not in push  # it is the first time that bob hears of it
