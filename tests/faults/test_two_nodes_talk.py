"""What one node does with a session of its own, two nodes do together."""

from collections.abc import AsyncIterator

import pytest

from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import connect
from tests.faults.two_nodes import Nodes, needs_postgres
from tests.identities import Identity
from tests.wire_peer import Frame, WirePeer

pytestmark = [pytest.mark.live, needs_postgres]


@pytest.fixture(scope="module")
def people(nodes_killed_at_times: Nodes) -> list[Identity]:
    """alice owns the mesh; bob and carol are members."""
    return cast(nodes_killed_at_times.one, "alice", "bob", "carol")


@pytest.fixture
async def peers(nodes: Nodes, people: list[Identity]) -> AsyncIterator[tuple[WirePeer, WirePeer]]:
    """alice on node one, bob on node two."""
    alice = await connect(nodes.one.ws_url, people[0], groups=[{"name": "dev"}])
    bob = await connect(nodes.two.ws_url, people[1], groups=[{"name": "dev/api"}])
    yield alice, bob
    await alice.transport.close()
    await bob.transport.close()


async def test_direct_message_to_a_session_on_the_other_node(
    peers: tuple[WirePeer, WirePeer],
) -> None:
    alice, bob = peers
    assert (await alice.message(bob.key, "one"))["queued"]
    assert (await alice.message(bob.identity.pubkey, "two"))["queued"]
    assert [(await bob.pushed())["ciphertext"] for _ in range(2)] == ["one", "two"]


async def test_group_message_and_broadcast_reach_the_other_node(
    peers: tuple[WirePeer, WirePeer],
) -> None:
    alice, bob = peers
    assert (await bob.message("*", "to all"))["queued"]
    assert (await alice.pushed())["ciphertext"] == "to all"
    assert (await alice.message("@dev", "to dev"))["queued"]
    assert (await bob.pushed())["ciphertext"] == "to dev"


async def test_receipt_comes_back_across_nodes(peers: tuple[WirePeer, WirePeer]) -> None:
    alice, bob = peers
    ack = await alice.message(bob.key)
    await bob.pushed()
    receipt = await alice.next(
        "receipt", lambda r: r["messageId"] == ack["messageId"] and r["state"] == "delivered"
    )
    assert receipt["recipient"] in (bob.key, bob.identity.pubkey)


async def test_each_node_lists_the_peers_of_both(peers: tuple[WirePeer, WirePeer]) -> None:
    for asker in peers:
        await waiting.until_listed(asker, {peer.key for peer in peers})


async def test_status_set_on_one_node_is_seen_on_the_other(
    peers: tuple[WirePeer, WirePeer],
) -> None:
    alice, bob = peers
    assert (await bob.ask("set_status", status="dnd"))["type"] == "ok"
    await alice.sync()
    held = await alice.message(bob.key, "when you can", priority="low")
    urgent = await alice.message(bob.key, "now", priority="now")
    assert held["queued"]
    assert urgent["queued"]
    assert (await bob.pushed())["ciphertext"] == "now"
    assert (await bob.ask("set_status", status="idle"))["type"] == "ok"
    assert (await bob.pushed())["ciphertext"] == "when you can"


async def test_coming_and_going_is_announced_on_the_other_node(
    nodes: Nodes, people: list[Identity], peers: tuple[WirePeer, WirePeer]
) -> None:
    alice, _ = peers
    carol = await connect(nodes.two.ws_url, people[2])
    await alice.next("push", lambda p: tells(p, "carol", "peer_joined", "peer_returned"))
    await carol.transport.close()
    await alice.next("push", lambda p: tells(p, "carol", "peer_left"))


async def test_session_that_reappears_on_the_other_node_replaces_itself(
    nodes: Nodes, people: list[Identity], peers: tuple[WirePeer, WirePeer]
) -> None:
    alice, _ = peers
    before = await connect(nodes.one.ws_url, people[2])
    after = await connect(nodes.two.ws_url, people[2], before.session)
    closed = await before.closed()
    assert (closed.code, closed.reason) == (1000, "session_replaced")
    await alice.message(after.key, "still here?")
    assert (await after.pushed())["ciphertext"] == "still here?"
    await alice.sync()
    assert not [frame for frame in alice.frames if tells(frame, "carol", "peer_left")]
    await after.transport.close()
    await alice.next("push", lambda p: tells(p, "carol", "peer_left"))


def tells(frame: Frame, name: str, *events: str) -> bool:
    """Whether a frame is one of these events about that peer."""
    return frame.get("event") in events and frame["eventData"]["name"] == name
