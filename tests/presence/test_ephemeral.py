"""One-shot commands: they ask and send; nobody sees them come or go."""

from presence.models import PeerState, Presence
from tests.identities import SessionKeys
from tests.presence.world import World


async def test_it_causes_no_events(world: World) -> None:
    alice = await world.connect(world.alice)
    command = await world.connect(world.bob, ephemeral=True)
    await command.transport.close()
    await world.quiet()
    await alice.sync()
    assert alice.events() == []


async def test_it_hears_no_events(world: World) -> None:
    command = await world.connect(world.bob, ephemeral=True)
    await world.connect(world.alice)
    await command.sync()
    assert command.events() == []


async def test_it_leaves_nothing_behind(world: World) -> None:
    command = await world.connect(world.bob, ephemeral=True)
    assert await world.stored(lambda: Presence.objects.count()) == 0
    await command.transport.drop()
    await world.quiet()
    assert await world.stored(lambda: PeerState.objects.count()) == 0
    assert world.runtime.rosters.mesh_ids() == []


async def test_it_is_no_target(world: World) -> None:
    alice = await world.connect(world.alice)
    command = await world.connect(world.bob, ephemeral=True, groups=[{"name": "dev"}])
    for target in (command.key, world.bob.pubkey, "@dev", "*"):
        assert (await alice.message(target))["queued"] is False


async def test_it_restores_nothing(world: World) -> None:
    bob = await world.connect(world.bob, groups=[{"name": "dev"}])
    await bob.transport.close()
    await world.quiet()
    command = await world.connect(world.bob, ephemeral=True)
    assert "restored" not in command.hello_ack


async def test_it_sends_under_its_members_name(world: World) -> None:
    alice = await world.connect(world.alice)
    command = await world.connect(world.bob, ephemeral=True)
    await command.message(alice.key)
    push = await alice.pushed()
    assert (push["senderName"], push["senderMemberPubkey"]) == ("bob", world.bob.pubkey)
    assert push["senderPubkey"] == command.key


async def test_it_can_write_to_the_session_it_runs_in(world: World) -> None:
    launched = await world.connect(world.bob)
    command = await world.connect(world.bob, ephemeral=True)
    await command.message(world.bob.pubkey, "bm90ZQ==")
    assert (await launched.pushed())["ciphertext"] == "bm90ZQ=="


async def test_a_status_set_by_it_is_that_of_the_members_session(world: World) -> None:
    launched = await world.connect(world.bob)
    command = await world.connect(world.bob, ephemeral=True)
    await command.ask("set_status", status="dnd")
    [row] = (await launched.ask("list_peers"))["peers"]
    assert row["status"] == "dnd"


async def test_of_several_sessions_the_one_it_runs_in_is_meant(world: World) -> None:
    first, second = await world.connect(world.bob), await world.connect(world.bob)
    command = world.open(world.bob)
    command.session = SessionKeys(session_id=second.session.session_id)
    await command.say_hello(ephemeral=True)
    await command.ask("set_status", status="dnd")
    rows = (await first.ask("list_peers"))["peers"]
    assert {row["pubkey"]: row["status"] for row in rows} == {first.key: "idle", second.key: "dnd"}


async def test_of_several_sessions_none_is_guessed(world: World) -> None:
    await world.connect(world.bob)
    await world.connect(world.bob)
    command = await world.connect(world.bob, ephemeral=True)
    error = await command.ask("set_status", status="dnd")
    assert (error["code"], len(error["candidates"])) == ("ambiguous", 2)


async def test_without_a_session_there_is_nothing_to_set(world: World) -> None:
    command = await world.connect(world.bob, ephemeral=True)
    assert (await command.ask("set_status", status="dnd"))["code"] == "not_found"


async def test_it_never_speaks_for_other_members(world: World) -> None:
    alice, command = (
        await world.connect(world.alice),
        await world.connect(world.bob, ephemeral=True),
    )
    command_again = world.open(world.bob)
    command_again.session = SessionKeys(session_id=alice.session.session_id)
    await command_again.say_hello(ephemeral=True)
    for peer in (command, command_again):
        assert (await peer.ask("set_status", status="dnd"))["code"] == "not_found"
