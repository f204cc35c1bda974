"""disconnect: sockets are closed with 1000, nothing is stored; and what kick shares with it."""

from datetime import timedelta

import pytest

from presence.clock import now
from presence.models import Presence, UntoldKick
from tests.presence.world import World
from tests.wire_peer import WirePeer

pytestmark = pytest.mark.parametrize("kind", ["disconnect", "kick"])
CODES = {"disconnect": (1000, "disconnected"), "kick": (4001, "kicked")}


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


async def test_the_socket_is_closed_with_code_and_reason(
    world: World, alice: WirePeer, kind: str
) -> None:
    bob = await world.connect(world.bob)
    reply = await alice.ask(kind, target="bob")
    assert reply == {
        "type": f"{kind}_ack",
        "_reqId": reply["_reqId"],
        "affected": ["bob"],
        "kicked": ["bob"],
    }
    closed = await bob.closed()
    assert (closed.code, closed.reason) == CODES[kind]


async def test_the_peer_is_off_the_list_at_once_with_one_peer_left(
    world: World, alice: WirePeer, kind: str
) -> None:
    carol = await world.connect(world.carol)
    bob = await world.connect(world.bob)
    await alice.ask(kind, target=bob.key)
    listed = await alice.ask("list_peers")
    assert sorted(p["displayName"] for p in listed["peers"]) == ["alice", "carol"]
    await bob.closed()
    await world.quiet()
    await carol.sync()
    assert carol.events().count("peer_left") == 1


async def test_the_peer_may_come_back_at_once(world: World, alice: WirePeer, kind: str) -> None:
    bob = await world.connect(world.bob)
    await alice.ask(kind, target="bob")
    await bob.closed()
    assert (await world.again(bob)).frames == []
    assert not await world.stored(UntoldKick.objects.exists)


async def test_one_session_of_several_is_named_by_its_key(
    world: World, alice: WirePeer, kind: str
) -> None:
    laptop, server = await world.connect(world.bob), await world.connect(world.bob)
    reply = await alice.ask(kind, target=laptop.key[:12])
    assert reply["affected"] == ["bob"]
    await laptop.closed()
    await server.sync()


async def test_a_member_key_means_all_its_sessions(
    world: World, alice: WirePeer, kind: str
) -> None:
    sockets = [await world.connect(world.bob) for _ in range(3)]
    reply = await alice.ask(kind, target=world.bob.pubkey)
    assert reply["affected"] == ["bob"] * 3
    for bob in sockets:
        assert (await bob.closed()).code == CODES[kind][0]


async def test_all_spares_the_caller_and_its_other_sessions(
    world: World, alice: WirePeer, kind: str
) -> None:
    other = await world.connect(world.alice)
    bob, carol = await world.connect(world.bob), await world.connect(world.carol)
    reply = await alice.ask(kind, all=True)
    assert sorted(reply["affected"]) == ["bob", "carol"]
    await bob.closed()
    await carol.closed()
    await other.sync()
    await alice.sync()


async def test_nobody_else_there_is_nobody_affected(alice: WirePeer, kind: str) -> None:
    assert (await alice.ask(kind, all=True))["affected"] == []


async def test_one_s_own_session_is_left_alone(world: World, alice: WirePeer, kind: str) -> None:
    assert (await alice.ask(kind, target=alice.key))["code"] == "invalid"
    other = await world.connect(world.alice)
    assert (await alice.ask(kind, target="alice"))["affected"] == ["alice"]
    await other.closed()
    await alice.sync()


async def test_a_one_shot_command_spares_the_session_it_runs_in(
    world: World, alice: WirePeer, kind: str
) -> None:
    command = world.open(world.alice)
    command.session = type(alice.session)(alice.session.session_id)
    await command.say_hello(ephemeral=True)
    assert (await command.ask(kind, target="alice"))["code"] == "invalid"
    await alice.sync()


async def test_an_ambiguous_name_touches_nobody(world: World, alice: WirePeer, kind: str) -> None:
    bob = await world.connect(world.bob)
    carol = await world.connect(world.carol, displayName="Bob")
    reply = await alice.ask(kind, target="bob")
    assert reply["code"] == "ambiguous"
    assert [c.split(" ")[0] for c in reply["candidates"]] == ["bob", "carol"]
    await bob.sync()
    await carol.sync()


async def test_who_is_not_here_cannot_be_removed(world: World, alice: WirePeer, kind: str) -> None:
    assert (await alice.ask(kind, target="bob"))["code"] == "not_found"
    assert (await alice.ask(kind, target="zoe"))["code"] == "not_found"


@pytest.mark.parametrize(
    "fields", [{}, {"target": "bob", "all": True}, {"all": False}, {"stale": 1, "all": True}]
)
async def test_exactly_one_way_must_be_named(alice: WirePeer, kind: str, fields: dict) -> None:
    assert (await alice.ask(kind, **fields))["code"] == "malformed"


@pytest.mark.parametrize("stale", [-1, 1.5, "1", 2**54])
async def test_a_wrong_time_is_malformed(alice: WirePeer, kind: str, stale: object) -> None:
    assert (await alice.ask(kind, stale=stale))["code"] == "malformed"


async def test_the_longest_time_means_nobody(world: World, alice: WirePeer, kind: str) -> None:
    await world.connect(world.bob)
    assert (await alice.ask(kind, stale=2**53))["affected"] == []


async def test_members_may_not(world: World, alice: WirePeer, kind: str) -> None:
    bob = await world.connect(world.bob)
    for fields in ({"target": "alice"}, {"all": True}, {"stale": 0}, {"target": "nobody"}):
        assert (await bob.ask(kind, **fields))["code"] == "forbidden"
    await alice.sync()


async def test_admins_may_also_with_the_owner_s_sessions(
    world: World, alice: WirePeer, kind: str
) -> None:
    dave = await world.connect(await world.join("dave", role="admin"))
    assert (await dave.ask(kind, target="alice"))["affected"] == ["alice"]
    assert (await alice.closed()).code == CODES[kind][0]


async def test_stale_counts_from_the_last_sign_of_life(
    world: World, alice: WirePeer, kind: str
) -> None:
    bob, carol = await world.connect(world.bob), await world.connect(world.carol)
    _let_pass(world, minutes=10)
    await carol.sync()
    reply = await alice.ask(kind, stale=60_000)
    assert reply["affected"] == ["bob"]
    await bob.closed()
    await carol.sync()


async def test_an_ack_is_no_sign_of_life(world: World, alice: WirePeer, kind: str) -> None:
    bob = await world.connect(world.bob)
    bob.acks_pushes = False
    await alice.message(bob.key)
    pushed = await bob.pushed()
    _let_pass(world, minutes=10)
    await bob.send_frame({"type": "client_ack", "messageId": pushed["messageId"]})
    await world.quiet()
    assert (await alice.ask(kind, stale=60_000))["affected"] == ["bob"]


async def test_a_one_shot_command_is_a_sign_of_life_of_its_session(
    world: World, alice: WirePeer, kind: str
) -> None:
    bob = await world.connect(world.bob)
    _let_pass(world, minutes=10)
    command = world.open(world.bob)
    command.session = type(bob.session)(bob.session.session_id)
    await command.say_hello(ephemeral=True)
    await command.sync()
    assert (await alice.ask(kind, stale=60_000))["affected"] == []


async def test_a_peer_of_another_node_is_given_the_time_its_news_take(
    world: World, alice: WirePeer, kind: str
) -> None:
    bob = await world.connect(world.bob)
    await _as_if_elsewhere(world, bob, seen_s_ago=65)
    assert (await alice.ask(kind, stale=60_000))["affected"] == []
    assert (await alice.ask(kind, stale=20_000))["affected"] == ["bob"]


def _let_pass(world: World, *, minutes: float) -> None:
    for session in world.runtime.hub:
        session.peer.last_seen_at -= timedelta(minutes=minutes)


async def _as_if_elsewhere(world: World, whom: WirePeer, *, seen_s_ago: float) -> None:
    """The database says that the peer is on a node that this one never heard of."""
    session = next(iter(world.runtime.hub.of_member(whom.identity.member_id)))
    presence_id = session.peer.presence_id
    world.runtime.hub.remove(session)
    session.peer.session = None
    world.roster.remove(presence_id)
    seen = now() - timedelta(seconds=seen_s_ago)
    rows = Presence.objects.filter(id=presence_id)
    await world.stored(lambda: rows.update(node_id="elsewhere", last_seen_at=seen))
