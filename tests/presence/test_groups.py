"""Groups: joining, leaving, and who hears a message to one."""

import pytest

from tests.presence.world import World
from tests.wire_peer import WirePeer


async def in_groups(world: World, *names: str) -> WirePeer:
    return await world.connect(world.bob, groups=[{"name": name} for name in names])


async def heard(bob: WirePeer) -> int:
    await bob.sync()
    return len(bob.texts())


COVERED = [
    ("dev", "@dev", True),
    ("dev/web", "@dev", True),
    ("dev/web/css", "@dev", True),
    ("dev/web", "@dev/web", True),
    ("dev", "@dev/web", False),
    ("devops", "@dev", False),
    ("dev", "@devops", False),
    ("Dev", "@dev", False),
]


@pytest.mark.parametrize(("joined", "target", "hears"), COVERED)
async def test_a_group_reaches_its_subgroups(
    world: World, joined: str, target: str, hears: bool
) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, joined)
    assert (await alice.message(target))["queued"] is hears
    assert await heard(bob) == int(hears)


async def test_one_in_several_subgroups_hears_it_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, "dev/web", "dev/db")
    assert (await alice.message("@dev"))["recipients"] == 1
    assert await heard(bob) == 1


async def test_every_session_in_the_group_hears_it(world: World) -> None:
    alice = await world.connect(world.alice)
    first, second = await in_groups(world, "dev"), await in_groups(world, "dev")
    outside = await in_groups(world, "ops")
    assert (await alice.message("@dev"))["recipients"] == 2
    assert [await heard(peer) for peer in (first, second, outside)] == [1, 1, 0]


async def test_the_sender_never_gets_its_own_message_on_any_session(world: World) -> None:
    bob = await in_groups(world, "dev")
    sessions = [await world.connect(world.alice, groups=[{"name": "dev"}]) for _ in range(2)]
    await sessions[0].message("@dev")
    assert [await heard(peer) for peer in (bob, *sessions)] == [1, 0, 0]


async def test_an_empty_group_is_no_recipient(world: World) -> None:
    alice, _ = await world.connect(world.alice), await in_groups(world, "ops")
    ack = await alice.message("@dev")
    assert (ack["queued"], ack["error"].split(":")[0]) == (False, "no_recipient")


async def test_joining_is_heard_at_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world)
    assert (await bob.ask("join_group", name="dev", role="lead"))["type"] == "ok"
    await alice.message("@dev")
    assert await heard(bob) == 1
    info = await bob.ask("mesh_info")
    assert info["yourGroups"] == [{"name": "dev", "role": "lead"}]


async def test_joining_again_changes_the_role(world: World) -> None:
    bob = await in_groups(world, "dev")
    await bob.ask("join_group", name="@dev", role="lead")
    assert (await bob.ask("mesh_info"))["yourGroups"] == [{"name": "dev", "role": "lead"}]


async def test_leaving_is_heard_at_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, "dev", "ops")
    await bob.ask("leave_group", name="@dev")
    assert (await alice.message("@dev"))["queued"] is False
    assert (await alice.message("@ops"))["queued"] is True


async def test_leaving_a_group_one_is_not_in_is_fine(world: World) -> None:
    bob = await in_groups(world)
    assert (await bob.ask("leave_group", name="dev"))["type"] == "ok"


async def test_sixty_four_groups_are_the_most(world: World) -> None:
    bob = await in_groups(world, *[f"g{n}" for n in range(64)])
    assert (await bob.ask("join_group", name="one-more"))["code"] == "too_large"
    assert (await bob.ask("join_group", name="g1", role="again"))["type"] == "ok"


BAD_NAMES = ["", "@", "a b", "a@b", "*", "/a", "a,b*", "x" * 129]


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_name_that_is_none_is_malformed(world: World, name: str) -> None:
    bob = await in_groups(world)
    assert (await bob.ask("join_group", name=name))["code"] == "malformed"


async def test_a_quote_in_a_group_name_is_a_quote(world: World) -> None:
    """In a broker of this kind, a group named bob's was SQL injection and ended the process."""
    name = "bob's');--"
    alice, bob = await world.connect(world.alice), await in_groups(world, name)
    carol = await world.connect(world.carol)
    assert (await alice.message(f"@{name}", hold=True))["queued"] is True
    assert [await heard(bob), await heard(carol)] == [1, 0]


async def test_groups_of_the_last_session_get_held_messages(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world)
    await bob.ask("join_group", name="dev")
    await bob.transport.close()
    await world.quiet()
    ack = await alice.message("@dev", "aGVsZA==", hold=True)
    assert (ack["queued"], ack["recipients"], ack["online"]) == (True, 1, 0)
    again = await world.connect(world.bob)
    assert (await again.pushed())["ciphertext"] == "aGVsZA=="


async def test_groups_left_before_going_get_nothing_held(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, "dev", "ops")
    await bob.ask("leave_group", name="dev")
    await bob.transport.close()
    await world.quiet()
    assert (await alice.message("@dev", hold=True))["queued"] is False


async def test_a_recipient_that_blocks_is_left_out_and_the_sender_cannot_tell(
    world: World,
) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, "dev")
    carol = await world.connect(world.carol, groups=[{"name": "dev"}])
    before = await alice.message("@dev")
    await carol.ask("set_grants", grants={world.alice.pubkey: []})
    after = await alice.message("@dev")
    assert (before["recipients"], before["online"]) == (after["recipients"], after["online"])
    assert [await heard(bob), await heard(carol)] == [2, 1]


async def test_a_group_of_people_who_all_block_is_acked_like_any_other(world: World) -> None:
    alice, bob = await world.connect(world.alice), await in_groups(world, "dev")
    await bob.ask("set_grants", grants={world.alice.pubkey: ["dm"]})
    ack = await alice.message("@dev", id="once")
    assert (ack["queued"], ack["recipients"]) == (True, 1)
    assert (await alice.message("@dev", id="once"))["duplicate"] is True
    assert await heard(bob) == 0
