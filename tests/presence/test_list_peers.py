"""list_peers: everybody on the mesh, with as much of each as they let the asker read."""

from tests.presence.world import World
from tests.wire_peer import Frame, WirePeer

DETAILS = ("cwd", "hostname", "profile")


async def row_of(asker: WirePeer, name: str) -> Frame:
    rows = (await asker.ask("list_peers"))["peers"]
    return next(row for row in rows if row["displayName"] == name)


async def test_a_row_has_what_a_table_of_peers_needs(world: World) -> None:
    alice = await world.connect(world.alice)
    bob = await world.connect(
        world.bob, groups=[{"name": "dev", "role": "lead"}], peerType="ai", model="m", channel="c"
    )
    await bob.ask("set_summary", summary="busy")
    row = await row_of(alice, "bob")
    assert (row["pubkey"], row["memberPubkey"]) == (bob.key, world.bob.pubkey)
    assert (row["status"], row["statusSource"], row["role"]) == ("idle", "inferred", "member")
    assert row["groups"] == [{"name": "dev", "role": "lead"}]
    assert (row["sessionId"], row["summary"]) == (bob.session.session_id, "busy")
    assert (row["cwd"], row["peerType"], row["model"], row["channel"]) == ("/work", "ai", "m", "c")
    assert row["connectedAt"].endswith("Z")
    assert row["lastSeenAt"].endswith("Z")


async def test_groups_and_summary_are_there_when_empty(world: World) -> None:
    alice = await world.connect(world.alice)
    row = await row_of(alice, "alice")
    assert (row["groups"], row["summary"]) == ([], None)


async def test_own_sessions_are_included(world: World) -> None:
    first, second = await world.connect(world.bob), await world.connect(world.bob)
    rows = (await first.ask("list_peers"))["peers"]
    assert {row["pubkey"] for row in rows} == {first.key, second.key}


async def test_a_session_without_a_key_is_listed_by_its_member_key(world: World) -> None:
    alice = await world.connect(world.alice)
    await world.connect(world.bob, version=1, sessionPubkey="")
    assert (await row_of(alice, "bob"))["pubkey"] == world.bob.pubkey


async def test_the_name_is_the_sessions_own(world: World) -> None:
    alice = await world.connect(world.alice)
    await world.connect(world.bob, displayName="bob@laptop")
    assert (await row_of(alice, "bob@laptop"))["memberPubkey"] == world.bob.pubkey


async def test_details_are_left_out_without_the_grant_to_read(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob, hostname="h")
    await bob.ask("set_summary", summary="secret")
    await bob.ask("set_profile", title="Dr")
    await bob.ask("set_grants", grants={world.alice.pubkey: ["dm"]})
    row = await row_of(alice, "bob")
    assert not set(DETAILS) & set(row)
    assert row["summary"] is None
    carol = await world.connect(world.carol)
    assert (await row_of(carol, "bob"))["summary"] == "secret"
    assert (await row_of(bob, "bob"))["hostname"] == "h"


async def test_other_meshes_are_not_listed(world: World) -> None:
    alice, mallory = await world.connect(world.alice), await world.connect(world.mallory)
    for asker, name in ((alice, "alice"), (mallory, "mallory")):
        rows = (await asker.ask("list_peers"))["peers"]
        assert [row["displayName"] for row in rows] == [name]


async def test_one_shot_commands_are_not_listed(world: World) -> None:
    alice = await world.connect(world.alice)
    command = await world.connect(world.bob, ephemeral=True)
    for asker in (alice, command):
        rows = (await asker.ask("list_peers"))["peers"]
        assert [row["displayName"] for row in rows] == ["alice"]


async def test_peers_of_another_node_are_listed_once_read(world: World) -> None:
    alice = await world.connect(world.alice)
    async with world.second_node() as node:
        await node.connect(world.bob)
        await world.runtime.rosters.refresh(world.mesh_id)
        assert (await row_of(alice, "bob"))["memberPubkey"] == world.bob.pubkey
