"""Status hooks: whose they are, what they change, and what they never change."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from meshes.models import Member, Mesh
from presence.clock import millis, now
from presence.models import LastHook, PendingStatus, Presence
from presence.peer import Peer
from tests.presence.hook_calls import post, signed, unsigned
from tests.presence.world import World
from tests.wire_peer import WirePeer


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
async def bob(world: World) -> WirePeer:
    return await world.connect(world.bob)


def peer_of(world: World, who: WirePeer) -> Peer:
    found = world.roster.peer_by_key(who.key)
    assert found is not None
    return found


async def status_of(world: World, who: WirePeer) -> tuple[str, str]:
    """Status and source as others see them, and as they are stored: the same."""
    await world.quiet()
    peer = peer_of(world, who)
    row = await world.stored(lambda: Presence.objects.get(id=peer.presence_id))
    assert (row.status, row.status_source) == (peer.status, peer.status_source)
    return peer.status, peer.status_source


async def test_a_signed_hook_sets_the_status(world: World, bob: WirePeer) -> None:
    code, reply = await post(signed(world.bob, bob.session.session_id, "working"))
    assert (code, reply["ok"]) == (200, True)
    assert reply["presence_id"] == peer_of(world, bob).presence_id
    assert await status_of(world, bob) == ("working", "hook")


async def test_a_signed_hook_finds_the_process_by_pid_and_directory(
    world: World, bob: WirePeer
) -> None:
    code, reply = await post(signed(world.bob, "another id", "working", cwd="/work", pid=1))
    assert (code, "presence_id" in reply) == (200, True)
    assert await status_of(world, bob) == ("working", "hook")


async def test_an_unsigned_hook_is_good_from_the_same_address_only(
    world: World, bob: WirePeer
) -> None:
    body = unsigned(bob.session.session_id, "working")
    assert (await post(body, address="10.9.8.7"))[1] == {"ok": True, "pending": True}
    assert await status_of(world, bob) == ("idle", "inferred")
    assert "presence_id" in (await post(body))[1]
    assert await status_of(world, bob) == ("working", "hook")


@pytest.mark.parametrize("fields", [{"cwd": "/other"}, {"session_id": "other"}])
async def test_an_unsigned_hook_has_to_know_session_and_directory(
    world: World, bob: WirePeer, fields: dict[str, Any]
) -> None:
    body = unsigned(bob.session.session_id, "working") | fields
    assert (await post(body))[1] == {"ok": True, "pending": True}
    assert await status_of(world, bob) == ("idle", "inferred")


async def test_what_waited_is_pushed_when_a_hook_turns_idle(world: World, bob: WirePeer) -> None:
    alice = await world.connect(world.alice)
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    await alice.message(bob.key, priority="next")
    await bob.sync()
    assert bob.texts() == []
    await post(signed(world.bob, bob.session.session_id, "idle"))
    await bob.pushed()


async def test_a_hook_is_a_sign_of_life(world: World, bob: WirePeer) -> None:
    peer_of(world, bob).last_seen_at -= timedelta(hours=1)
    await post(signed(world.bob, bob.session.session_id, "idle"))
    await world.quiet()
    assert now() - peer_of(world, bob).last_seen_at < timedelta(minutes=1)


@pytest.mark.parametrize("form", ["signed", "unsigned"])
async def test_a_hook_that_comes_first_waits_for_its_session(world: World, form: str) -> None:
    bob = world.open(world.bob)
    session_id = bob.session.session_id
    body = (
        signed(world.bob, session_id, "working")
        if form == "signed"
        else unsigned(session_id, "working")
    )
    assert (await post(body)) == (200, {"ok": True, "pending": True})
    await bob.say_hello()
    assert await status_of(world, bob) == ("working", "hook")
    assert not await world.stored(PendingStatus.objects.exists)


async def test_the_last_of_several_that_wait_counts(world: World) -> None:
    bob = world.open(world.bob)
    for status in ("working", "idle", "working", "dnd"):
        await post(signed(world.bob, bob.session.session_id, status))
    await bob.say_hello()
    assert await status_of(world, bob) == ("dnd", "hook")


async def test_a_hook_waits_ten_seconds_and_no_longer(world: World) -> None:
    bob = world.open(world.bob)
    await post(signed(world.bob, bob.session.session_id, "working"))
    row = await world.stored(PendingStatus.objects.get)
    assert row.expires_at - row.created_at == pytest.approx(
        timedelta(seconds=10), abs=timedelta(milliseconds=100)
    )
    await world.stored(lambda: PendingStatus.objects.update(expires_at=now()))
    await bob.say_hello()
    assert await status_of(world, bob) == ("idle", "inferred")
    await world.runtime.sweeps.prune()
    assert not await world.stored(PendingStatus.objects.exists)


async def test_a_hook_that_waits_is_for_nobody_else(world: World) -> None:
    bob = world.open(world.bob)
    await post(signed(world.bob, bob.session.session_id, "working"))
    carol = world.open(world.carol)
    carol.session = bob.session
    await carol.say_hello()
    assert await status_of(world, carol) == ("idle", "inferred")


async def test_a_hook_stored_beside_the_hello_it_is_for_is_found_a_second_later(
    world: World, bob: WirePeer
) -> None:
    moment = now()
    await world.stored(
        lambda: PendingStatus.objects.create(
            mesh_member_id=world.bob.member_id,
            session_id=bob.session.session_id,
            status="working",
            created_at=moment,
            expires_at=moment + timedelta(seconds=10),
        )
    )
    await world.runtime.sweeps.tick()
    assert await status_of(world, bob) == ("working", "hook")


async def test_a_fresh_hook_goes_before_what_is_said_by_hand(world: World, bob: WirePeer) -> None:
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    assert (await bob.ask("set_status", status="idle"))["code"] == "status_kept"
    await _age_status(world, bob, seconds=31)
    assert (await bob.ask("set_status", status="idle"))["type"] == "ok"
    assert await status_of(world, bob) == ("idle", "manual")


async def test_a_hook_goes_before_what_was_said_by_hand(world: World, bob: WirePeer) -> None:
    await bob.ask("set_status", status="idle")
    await post(signed(world.bob, bob.session.session_id, "working"))
    assert await status_of(world, bob) == ("working", "hook")


async def test_the_same_status_from_a_hook_upgrades_the_source(world: World, bob: WirePeer) -> None:
    await bob.ask("set_status", status="working")
    await post(signed(world.bob, bob.session.session_id, "working"))
    assert await status_of(world, bob) == ("working", "hook")


async def test_dnd_is_lifted_by_its_owner_never_by_a_hook(world: World, bob: WirePeer) -> None:
    await bob.ask("set_status", status="dnd")
    await _age_status(world, bob, seconds=3_600)
    for status in ("idle", "working"):
        assert (await post(signed(world.bob, bob.session.session_id, status)))[0] == 200
        assert await status_of(world, bob) == ("dnd", "manual")
    await bob.ask("set_status", status="idle")
    assert await status_of(world, bob) == ("idle", "manual")


async def test_dnd_goes_before_a_fresh_hook(world: World, bob: WirePeer) -> None:
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    assert (await bob.ask("set_status", status="dnd"))["type"] == "ok"
    assert await status_of(world, bob) == ("dnd", "manual")


async def test_working_untouched_for_a_minute_falls_back_to_idle(
    world: World, bob: WirePeer
) -> None:
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    await _age_status(world, bob, seconds=59)
    await world.runtime.sweeps.tick()
    assert await status_of(world, bob) == ("working", "hook")
    await _age_status(world, bob, seconds=2)
    await world.runtime.sweeps.tick()
    assert await status_of(world, bob) == ("idle", "inferred")


async def test_a_repeated_working_starts_the_minute_anew(world: World, bob: WirePeer) -> None:
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    await _age_status(world, bob, seconds=59)
    await post(signed(world.bob, bob.session.session_id, "working"))
    await world.quiet()
    await _age_status(world, bob, seconds=2)
    await world.runtime.sweeps.tick()
    assert await status_of(world, bob) == ("working", "hook")


async def test_dnd_does_not_fall_back(world: World, bob: WirePeer) -> None:
    await bob.ask("set_status", status="dnd")
    await _age_status(world, bob, seconds=3_600)
    await world.runtime.sweeps.tick()
    assert await status_of(world, bob) == ("dnd", "manual")


async def test_a_status_whose_ring_was_lost_is_seen_at_the_next_look(
    world: World, bob: WirePeer
) -> None:
    rows = Presence.objects.filter(id=peer_of(world, bob).presence_id)
    await world.stored(lambda: rows.update(status="working", status_source="hook", status_at=now()))
    await world.runtime.rosters.refresh(world.mesh_id)
    assert await status_of(world, bob) == ("working", "hook")


async def test_an_archived_mesh_takes_no_hooks(world: World, bob: WirePeer) -> None:
    await world.stored(lambda: Mesh.objects.filter(pk=world.mesh_id).update(archived_at=now()))
    code, reply = await post(signed(world.bob, bob.session.session_id, "working"))
    assert (code, reply["error"]) == (403, "unauthorized")


async def test_a_banned_member_s_hook_is_refused(world: World, bob: WirePeer) -> None:
    member = Member.objects.filter(pk=world.bob.member_id)
    await world.stored(lambda: member.update(revoked_at=now()))
    code, reply = await post(signed(world.bob, bob.session.session_id, "working"))
    assert (code, reply["error"]) == (403, "revoked")
    assert not await world.stored(LastHook.objects.exists)


async def test_a_member_cannot_speak_for_another(world: World, bob: WirePeer) -> None:
    session_id = bob.session.session_id
    forged = signed(world.mallory, session_id, "working") | {"member_id": world.bob.member_id}
    code, reply = await post(forged)
    assert (code, reply["error"]) == (401, "bad_signature")
    own = await post(signed(world.mallory, session_id, "working"))
    assert own == (200, {"ok": True, "pending": True})
    assert await status_of(world, bob) == ("idle", "inferred")


async def test_an_unknown_member_is_a_stranger(world: World) -> None:
    code, reply = await post(signed(world.bob, "s", "idle", member_id="nobody"))
    assert (code, reply["error"]) == (403, "unauthorized")


@pytest.mark.parametrize("off_ms", [-61_000, 61_000])
async def test_a_hook_of_another_minute_is_refused(world: World, off_ms: int) -> None:
    code, reply = await post(signed(world.bob, "s", "idle", at=millis() + off_ms))
    assert (code, reply["error"]) == (401, "timestamp_skew")


async def _age_status(world: World, who: WirePeer, *, seconds: float) -> None:
    """The status was said that much longer ago."""
    peer = peer_of(world, who)
    peer.status_at -= timedelta(seconds=seconds)
    rows = Presence.objects.filter(id=peer.presence_id)
    await world.stored(lambda: rows.update(status_at=peer.status_at))
