"""Shared state on the wire: values read back, and who hears of a change."""

import json
from typing import Any

import pytest

from meshes.models import Member, Mesh
from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer


async def news(peer: WirePeer) -> list[Frame]:
    """Changes of state that this peer has heard of."""
    await peer.sync()
    return [frame for frame in peer.frames if frame["type"] == "state_change"]


async def grant(world: World, who: Identity, to: Identity, caps: list[str]) -> None:
    peer = await world.connect(who)
    await peer.ask("set_grants", grants={to.pubkey: caps})
    await peer.transport.close()
    await world.quiet()


async def test_a_value_is_read_back_with_writer_and_time(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    await bob.ask("set_state", key="deploy", value={"ok": [1, None]})
    result = await alice.ask("get_state", key="deploy")
    assert (result["type"], result["key"]) == ("state_result", "deploy")
    assert result["value"] == {"ok": [1, None]}
    assert result["updatedBy"] == "bob"
    assert result["updatedAt"].endswith("Z")


async def test_an_unset_key_is_left_out(world: World) -> None:
    alice = await world.connect(world.alice)
    result = await alice.ask("get_state", key="nothing")
    assert set(result) == {"type", "_reqId"}


async def test_list_state_is_in_the_order_of_keys(world: World) -> None:
    bob = await world.connect(world.bob)
    for key in ("b", "a"):
        await bob.ask("set_state", key=key, value=key)
    listed = await bob.ask("list_state")
    assert listed["type"] == "state_list"
    assert [(e["key"], e["value"], e["updatedBy"]) for e in listed["entries"]] == [
        ("a", "a", "bob"),
        ("b", "b", "bob"),
    ]


async def test_version_two_hears_ok_and_version_one_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    assert (await bob.ask("set_state", key="k", value=1))["type"] == "ok"
    field = await world.connect(world.carol, version=1)
    await field.send_frame({"type": "set_state", "key": "k", "value": 2})
    assert (await field.ask("get_state", key="k"))["value"] == 2
    assert "ok" not in [frame["type"] for frame in field.frames]


async def test_everybody_else_hears_of_a_change(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    field = await world.connect(world.carol, version=1)
    await bob.ask("set_state", key="k", value="v")
    expected = {"type": "state_change", "key": "k", "value": "v", "updatedBy": "bob"}
    assert await news(alice) == [expected]
    assert await news(field) == [expected]
    assert await news(bob) == []


async def test_ones_own_other_session_hears_too(world: World) -> None:
    bob = await world.connect(world.bob)
    other = await world.connect(world.bob)
    await bob.ask("set_state", key="k", value=1)
    assert len(await news(other)) == 1
    assert await news(bob) == []


async def test_a_one_shot_command_writes_for_all_and_hears_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    command = await world.connect(world.bob, ephemeral=True)
    await command.ask("set_state", key="k", value=1)
    assert len(await news(bob)) == 1
    await bob.ask("set_state", key="k", value=2)
    assert await news(command) == []


async def test_a_removal_is_told_as_null(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    await bob.ask("set_state", key="k", value=1)
    await bob.ask("set_state", key="k", value=None)
    assert [change["value"] for change in await news(alice)] == [1, None]
    assert "key" not in await alice.ask("get_state", key="k")


async def test_changes_are_heard_in_the_order_written(world: World) -> None:
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    for value in range(20):
        await bob.send_frame({"type": "set_state", "key": "k", "value": value})
    await bob.sync()
    assert [change["value"] for change in await news(alice)] == list(range(20))


async def test_another_mesh_hears_and_sees_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    mallory = await world.connect(world.mallory)
    await bob.ask("set_state", key="k", value=1)
    assert await news(mallory) == []
    assert (await mallory.ask("list_state"))["entries"] == []


async def test_whom_i_do_not_let_read_state_hears_and_sees_nothing(world: World) -> None:
    await grant(world, world.bob, world.carol, ["dm"])
    bob = await world.connect(world.bob)
    carol = await world.connect(world.carol)
    alice = await world.connect(world.alice)
    await bob.ask("set_state", key="k", value=1)
    assert await news(carol) == []
    assert "key" not in await carol.ask("get_state", key="k")
    assert (await carol.ask("mesh_info"))["stateKeys"] == []
    assert len(await news(alice)) == 1


async def test_whom_i_blocked_does_not_reach_me_and_cannot_change_mine(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_state", key="mine", value=1)
    await grant(world, world.bob, world.carol, [])
    carol = await world.connect(world.carol)
    await carol.ask("set_state", key="hers", value=1)
    assert await news(bob) == []
    refused = await carol.ask("set_state", key="mine", value=2)
    assert (refused["type"], refused["code"]) == ("error", "forbidden")


async def test_a_grant_that_another_node_stored_counts_at_once(world: World) -> None:
    bob = await world.connect(world.bob)
    carol = await world.connect(world.carol)

    def elsewhere() -> None:
        Member.objects.filter(pk=world.bob.member_id).update(grants={world.carol.pubkey: []})
        mesh = Mesh.objects.get(pk=world.mesh_id)
        Mesh.objects.update(roster_version=mesh.roster_version + 1)

    await world.stored(elsewhere)
    await bob.ask("set_state", key="k", value=1)
    assert await news(carol) == []


async def test_other_nodes_are_rung_with_whom_to_leave_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[dict[str, Any]] = []
    monkeypatch.setattr(
        world.runtime.doorbell,
        "_ring",
        lambda mesh_id, ring: rings.append({"mesh": mesh_id} | ring),
    )
    await grant(world, world.carol, world.bob, [])
    bob = await world.connect(world.bob)
    alice = await world.connect(world.alice)
    carol = await world.connect(world.carol)
    await bob.ask("set_state", key="k", value=1)
    ring = next(ring for ring in rings if "state_change" in ring.get("text", ""))
    assert ring["not_members"] == [world.carol.member_id]
    alice.frames = [f for f in alice.frames if f["type"] != "state_change"]
    await alice.sync()
    alice.frames.clear()
    world.runtime.reconciler.answer(ring)
    assert [frame["value"] for frame in await news(alice)] == [1]
    assert await news(carol) == []


@pytest.mark.limits(max_state_keys=1, max_state_value_bytes=20, max_state_bytes=15)
@pytest.mark.parametrize(
    ("key", "value"), [("other", 1), ("k", "x" * 19), ("k", "x" * 14), ("k", [[[]]] * 9)]
)
async def test_past_a_limit_nothing_changes_and_nobody_hears(
    world: World, key: str, value: Any
) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_state", key="k", value=1)
    alice = await world.connect(world.alice)
    refused = await bob.ask("set_state", key=key, value=value)
    assert (refused["type"], refused["code"]) == ("error", "too_large")
    assert refused["message"]
    assert (await alice.ask("list_state"))["entries"][0]["value"] == 1
    assert await news(alice) == []


@pytest.mark.parametrize("depth", [40, 500, 5_000])
async def test_a_deep_value_is_refused_and_the_session_goes_on(world: World, depth: int) -> None:
    bob = await world.connect(world.bob)
    deep = "[" * depth + "]" * depth
    await bob.transport.send(f'{{"type":"set_state","key":"k","value":{deep}}}')
    error = await bob.next("error")
    assert error["code"] in ("too_large", "malformed")
    await bob.sync()


@pytest.mark.parametrize("value", ["1e400", '"\\u0000"', "9" * 5_000, "NaN"])
async def test_what_no_database_holds_is_refused(world: World, value: str) -> None:
    bob = await world.connect(world.bob)
    await bob.transport.send(f'{{"type":"set_state","key":"k","value":{value}}}')
    assert (await bob.next("error"))["code"] == "malformed"
    assert (await bob.ask("list_state"))["entries"] == []


async def test_numbers_and_texts_survive_to_the_letter(world: World) -> None:
    bob = await world.connect(world.bob)
    value = [1.0, -0.5, 1e-7, 12345678901234567890, "ü🚀\u2028</script>", {"b": 1, "a": 2}]
    await bob.ask("set_state", key="k", value=value)
    back = (await bob.ask("get_state", key="k"))["value"]
    assert json.dumps(back) == json.dumps(value)


async def test_a_member_that_was_removed_meanwhile_writes_and_reads_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    await world.stored(
        lambda: Member.objects.filter(pk=world.bob.member_id).update(revoked_at="2026-01-01T00:00Z")
    )
    for request in (
        {"kind": "set_state", "key": "k", "value": 1},
        {"kind": "get_state", "key": "k"},
        {"kind": "list_state"},
    ):
        assert (await bob.ask(**request))["code"] == "revoked"


async def test_mesh_info_counts_keys_and_memories(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_state", key="b", value=1)
    await bob.ask("set_state", key="a", value=1)
    await bob.ask("remember", content="a note")
    info = await bob.ask("mesh_info")
    assert info["stateKeys"] == ["a", "b"]
    assert info["memoryCount"] == 1


@pytest.mark.limits(shared_burst=2, shared_per_minute=1)
async def test_writing_remembering_and_recalling_share_an_allowance(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_state", key="k", value=1)
    await bob.ask("remember", content="a note")
    for request in ({"kind": "set_state", "key": "k", "value": 2}, {"kind": "recall", "query": ""}):
        refused = await bob.ask(**request)
        assert refused["code"] == "rate_limit"
        assert refused["retryAfterMs"] > 0
    assert (await bob.ask("get_state", key="k"))["value"] == 1
