"""The application as the server sees it: where the socket is, and how it is opened and closed."""

import asyncio

import pytest

from claudemesh.asgi import application
from tests.asgi_transport import AsgiTransport
from tests.presence.world import World
from tests.wire_peer import SocketClosed, WirePeer


async def test_a_member_comes_in_by_the_application(world: World) -> None:
    transport = AsgiTransport(application)
    peer = WirePeer(transport, world.bob)
    ack = await peer.say_hello()
    assert transport.accepted
    assert ack["memberDisplayName"] == "bob"
    await transport.close()


@pytest.mark.parametrize("path", ["/", "/ws/x", "/wss", "/cli/ws"])
async def test_there_is_no_socket_anywhere_else(world: World, path: str) -> None:
    transport = AsgiTransport(application, path=path)
    with pytest.raises(SocketClosed):
        await transport.receive()
    assert not transport.accepted


async def test_a_refusal_is_said_in_words_on_an_accepted_socket(world: World) -> None:
    transport = AsgiTransport(application)
    peer = WirePeer(transport, world.bob)
    code, closed = await peer.refused(world.bob.hello_v1(peer.session, signature="0" * 128))
    assert transport.accepted
    assert (code, closed.reason) == ("bad_signature", "bad_signature")


async def test_a_drained_broker_tells_every_socket_to_go(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    frame = {"type": "send", "targetSpec": bob.key, "nonce": "", "ciphertext": ""}
    await alice.send_frame(frame)
    await asyncio.sleep(0)
    await world.close()
    closed = await alice.closed()
    assert (closed.code, closed.reason) == (1001, "broker going away")
    assert [f["queued"] for f in alice.frames if f["type"] == "ack"] == [True]
    assert (await bob.closed()).code == 1001
