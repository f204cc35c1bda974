"""mesh_info: the mesh in numbers, and who one is on it."""

from tests.presence.world import World


async def test_an_empty_mesh(world: World) -> None:
    alice = await world.connect(world.alice)
    info = await alice.ask("mesh_info")
    assert info.pop("_reqId")
    assert info == {
        "type": "mesh_info_result",
        "mesh": "Acme",
        "peers": 1,
        "groups": [],
        "stateKeys": [],
        "memoryCount": 0,
        "fileCount": 0,
        "tasks": {"open": 0, "claimed": 0, "done": 0},
        "streams": [],
        "tables": [],
        "collections": [],
        "yourName": "alice",
        "yourGroups": [],
    }


async def test_peers_and_groups_of_everybody_are_counted(world: World) -> None:
    alice = await world.connect(world.alice, groups=[{"name": "ops"}])
    await world.connect(world.bob, groups=[{"name": "dev"}, {"name": "ops"}])
    await world.connect(world.mallory, groups=[{"name": "evil"}])
    info = await alice.ask("mesh_info")
    assert (info["peers"], info["groups"]) == (2, ["@dev", "@ops"])
    assert info["yourGroups"] == [{"name": "ops"}]
