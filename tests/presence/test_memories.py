"""remember, recall and forget on the wire; what is found is tested with the meshes."""

import pytest

from meshes.models import Member
from tests.presence.world import World


async def test_what_one_remembers_another_recalls(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    stored = await bob.ask("remember", content="We deploy on Fridays", tags=["ops", "weekly"])
    assert stored["type"] == "memory_stored"
    found = await alice.ask("recall", query="deploying")
    assert found["type"] == "memory_results"
    [memory] = found["memories"]
    assert memory.pop("rememberedAt").endswith("Z")
    assert memory == {
        "id": stored["id"],
        "content": "We deploy on Fridays",
        "tags": ["ops", "weekly"],
        "rememberedBy": "bob",
    }


async def test_tags_may_be_left_out(world: World) -> None:
    bob = await world.connect(world.bob, version=1)
    await bob.ask("remember", content="a note")
    [memory] = (await bob.ask("recall", query=""))["memories"]
    assert memory["tags"] == []


async def test_forgetting_is_answered_and_done(world: World) -> None:
    bob = await world.connect(world.bob)
    stored = await bob.ask("remember", content="a note")
    assert (await bob.ask("forget", memoryId=stored["id"]))["type"] == "ok"
    assert (await bob.ask("recall", query=""))["memories"] == []
    assert (await bob.ask("forget", memoryId=stored["id"]))["code"] == "not_found"


async def test_version_one_forgets_in_silence(world: World) -> None:
    bob = await world.connect(world.bob, version=1)
    stored = await bob.ask("remember", content="a note")
    await bob.send_frame({"type": "forget", "memoryId": stored["id"]})
    assert (await bob.ask("recall", query=""))["memories"] == []
    assert not bob.frames


async def test_nobody_elses_memory_is_forgotten(world: World) -> None:
    bob = await world.connect(world.bob)
    carol = await world.connect(world.carol)
    mallory = await world.connect(world.mallory)
    stored = await bob.ask("remember", content="a note")
    for who in (carol, mallory):
        assert (await who.ask("forget", memoryId=stored["id"]))["code"] == "not_found"
    assert (await mallory.ask("recall", query="note"))["memories"] == []
    alice = await world.connect(world.alice)
    assert (await alice.ask("forget", memoryId=stored["id"]))["type"] == "ok"


@pytest.mark.limits(max_memories=1, max_memory_bytes=20)
async def test_limits_are_said(world: World) -> None:
    bob = await world.connect(world.bob)
    too_long = await bob.ask("remember", content="ü" * 11)
    assert (too_long["code"], too_long["type"]) == ("too_large", "error")
    assert "22 bytes" in too_long["message"]
    await bob.ask("remember", content="a note")
    assert (await bob.ask("remember", content="another"))["code"] == "too_large"


async def test_a_removed_member_has_no_memory(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("remember", content="a note")
    removed = {"revoked_at": "2026-01-01T00:00Z"}
    await world.stored(lambda: Member.objects.filter(pk=world.bob.member_id).update(**removed))
    assert (await bob.ask("remember", content="x"))["code"] == "revoked"
    assert (await bob.ask("recall", query=""))["code"] == "revoked"
    assert (await bob.ask("forget", memoryId="x"))["code"] == "revoked"
