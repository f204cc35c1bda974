"""What an owner decides on one node holds on the other: kick, ban, unban, and a member's grants."""

from collections.abc import AsyncIterator

import pytest

from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import connect
from tests.faults.two_nodes import Nodes, needs_postgres
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import WirePeer

pytestmark = [pytest.mark.live, needs_postgres]


@pytest.fixture
def people(nodes: Nodes) -> list[Identity]:
    """alice owns the mesh; bob is a member."""
    return cast(nodes.one, "alice", "bob")


@pytest.fixture
async def peers(nodes: Nodes, people: list[Identity]) -> AsyncIterator[tuple[WirePeer, WirePeer]]:
    """alice on node one, bob on node two, and both listed on both."""
    alice = await connect(nodes.one.ws_url, people[0])
    bob = await connect(nodes.two.ws_url, people[1])
    await waiting.until_listed(alice, {alice.key, bob.key})
    yield alice, bob
    await alice.transport.close()
    await bob.transport.close()


@pytest.mark.parametrize(("way", "code"), [("disconnect", 1000), ("kick", 4001)])
async def test_removing_a_peer_of_the_other_node(
    peers: tuple[WirePeer, WirePeer], way: str, code: int
) -> None:
    alice, bob = peers
    reply = await alice.ask(way, target="bob")
    assert reply["affected"] == ["bob"]
    assert (await bob.closed()).code == code


async def test_a_ban_closes_the_socket_on_the_other_node(
    peers: tuple[WirePeer, WirePeer],
) -> None:
    alice, bob = peers
    assert (await alice.ask("ban", target="bob"))["banned"] == "bob"
    closed = await bob.closed()
    assert closed.code == 4002
    assert closed.reason.startswith("You've been removed from")


async def test_a_banned_member_can_say_hello_on_neither_node(
    nodes: Nodes, people: list[Identity], peers: tuple[WirePeer, WirePeer]
) -> None:
    alice, bob = peers
    await alice.ask("ban", target="bob")
    await bob.closed()
    for node in (nodes.one, nodes.two):
        back = WirePeer(await LiveTransport.open(node.ws_url), people[1])
        welcome = await back.next("welcome")
        await back.send_frame(people[1].hello_v2(back.session, welcome["nonce"]))
        assert (await back.closed()).code == 4002


async def test_an_unbanned_member_comes_back_on_the_other_node(
    nodes: Nodes, people: list[Identity], peers: tuple[WirePeer, WirePeer]
) -> None:
    alice, bob = peers
    await alice.ask("ban", target="bob")
    await bob.closed()
    assert (await alice.ask("unban", target="bob"))["unbanned"] == "bob"
    back = await connect(nodes.two.ws_url, people[1])
    assert (await alice.message(back.key, hold=True))["queued"]
    await back.transport.close()


async def test_a_block_is_honored_by_the_very_next_send_on_the_other_node(
    peers: tuple[WirePeer, WirePeer],
) -> None:
    alice, bob = peers
    assert (await alice.message(bob.key, "welcome"))["queued"]
    await bob.ask("set_grants", grants={alice.identity.pubkey: []})
    ack = await alice.message(bob.key, "blocked?")
    assert ack["error"].startswith("blocked")
