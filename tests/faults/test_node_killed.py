"""kill -9 of one of two nodes: its sessions move to the other, those that do not are swept."""

import asyncio

import pytest

from tests.casting import cast
from tests.faults import waiting
from tests.faults.traffic import Receiver, Sender, connect
from tests.faults.two_nodes import Nodes, needs_postgres

pytestmark = [pytest.mark.live, needs_postgres]

SENDERS = 6
MESSAGES_EACH = 60


async def test_nothing_acked_is_lost_when_clients_move_to_the_other_node(nodes: Nodes) -> None:
    bob, carol, *people = cast(nodes.one, "bob", "carol", *(f"sender{n}" for n in range(SENDERS)))
    moving = Receiver(bob, nodes.two.ws_url)
    staying = Receiver(carol, nodes.one.ws_url)
    await moving.start()
    await staying.start()
    targets = [bob.pubkey, moving.session.keys.public, carol.pubkey, "*"]
    senders = [
        Sender(
            who, (nodes.one if n % 2 else nodes.two).ws_url, targets=targets, count=MESSAGES_EACH
        )
        for n, who in enumerate(people)
    ]
    sending = asyncio.gather(*(sender.run() for sender in senders))
    total = SENDERS * MESSAGES_EACH * len(targets)
    await waiting.acks(senders, total // 3)
    nodes.two.kill9()
    for client in (moving, *senders):
        client.url = nodes.one.ws_url
    async with asyncio.timeout(60):
        await sending
    held = await waiting.arrival(senders, [moving, staying])
    assert held == SENDERS * MESSAGES_EACH * 5
    await moving.stop()
    await staying.stop()


async def test_presence_of_a_dead_node_is_swept_and_announced_once(nodes: Nodes) -> None:
    alice_id, bob_id = cast(nodes.one, "alice", "bob")
    alice = await connect(nodes.one.ws_url, alice_id)
    bob = await connect(nodes.two.ws_url, bob_id)
    await alice.next("push", lambda p: p.get("event") == "peer_joined")
    nodes.two.kill9()
    await alice.next("push", lambda p: p.get("event") == "peer_left")
    listed = (await alice.ask("list_peers"))["peers"]
    assert [peer["pubkey"] for peer in listed] == [alice.key]
    ack = await alice.message(bob.key)
    assert ack["error"].startswith("no_recipient")
    await alice.sync()
    assert alice.events() == []
