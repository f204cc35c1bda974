"""A device signed out over one node has no socket left on the other, and comes back anywhere."""

import asyncio
import json
import urllib.request
from typing import Any

import pytest
from claudemesh_wire.signing import generate_keypair

from tests.broker_process import Broker
from tests.faults.traffic import connect
from tests.faults.two_nodes import Nodes, needs_postgres
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.meshes.invitees import sync_body
from tests.wire_peer import WirePeer

pytestmark = [pytest.mark.live, needs_postgres]


def call(broker: Broker, path: str, body: Any = None, *, token: str = "") -> Any:
    """A request to one node: POST with a body, else GET."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(broker.url + path, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


async def refused_by(broker: Broker, who: Identity) -> tuple[str, int]:
    """How a node answers somebody's hello: the error's code and the close code."""
    peer = WirePeer(await LiveTransport.open(broker.ws_url), who)
    welcome = await peer.next("welcome")
    await peer.send_frame(who.hello_v2(peer.session, welcome["nonce"]))
    code = (await peer.next("error"))["code"]
    return code, (await peer.closed()).code


async def test_signing_out_and_in_again_across_nodes(nodes: Nodes) -> None:
    laptop, desktop = (
        nodes.one.manage("issue_token", "dave@example.com", "--create", "-q").strip()
        for _ in range(2)
    )
    keys = generate_keypair()
    made = call(nodes.one, "/cli/mesh/create", {"name": "D", "pubkey": keys.public}, token=laptop)
    dave = Identity(made["id"], made["member_id"], "dave", keys)
    on_two = await connect(nodes.two.ws_url, dave)

    devices = call(nodes.one, "/cli/sessions", token=desktop)["sessions"]
    (stolen,) = [device["id"] for device in devices if not device["current"]]
    call(nodes.one, f"/cli/sessions/{stolen}/revoke", {}, token=desktop)
    closed = await on_two.closed()
    assert (closed.code, closed.reason) == (4001, "device_revoked")
    for node in (nodes.two, nodes.one):
        assert await refused_by(node, dave) == ("device_revoked", 1008)

    body = sync_body(desktop, keys)
    synced = await asyncio.to_thread(call, nodes.one, "/cli-sync", body)
    assert [mesh["member_id"] for mesh in synced["meshes"]] == [dave.member_id]
    back = await connect(nodes.two.ws_url, dave)
    await back.sync()
    await back.transport.close()
