"""The pages on one node, the sockets on the other: removing holds there, and shows here."""

from collections.abc import Iterator

import pytest

from tests.casting import cast
from tests.dashboard.signing_in import sign_in
from tests.dashboard.visits import send, until, watch
from tests.faults.two_nodes import Nodes, needs_postgres, two_nodes
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import WirePeer

pytestmark = [pytest.mark.live, needs_postgres]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with two_nodes() as pair:
        yield pair


@pytest.fixture(scope="module")
def people(nodes: Nodes) -> list[Identity]:
    """alice owns the mesh acme; bob is a member."""
    return cast(nodes.one, "alice", "bob")


@pytest.fixture(scope="module")
def cookie(nodes: Nodes, people: list[Identity]) -> str:
    return f"sessionid={sign_in(nodes.one, people[0].mesh_id)}"


@pytest.mark.parametrize(("button", "code"), [("disconnect", 1000), ("kick", 4001)])
async def test_a_session_of_the_other_node_is_removed(
    nodes: Nodes, people: list[Identity], cookie: str, button: str, code: int
) -> None:
    view = await watch(nodes.one, cookie)
    await until(view, lambda rows: not rows)
    bob = WirePeer(await LiveTransport.open(nodes.two.ws_url), people[1])
    await bob.say_hello()
    (row,) = (await until(view, bool))["presences"]
    page = send(nodes.one, cookie, "/dashboard/meshes/acme/remove", **{button: row["id"]})
    assert ": bob." in page
    assert (await bob.closed()).code == code
    await until(view, lambda rows: not rows)
    await view.close()


async def test_a_ban_by_the_page_closes_a_socket_of_the_other_node(
    nodes: Nodes, people: list[Identity], cookie: str
) -> None:
    bob = WirePeer(await LiveTransport.open(nodes.two.ws_url), people[1])
    await bob.say_hello()
    path = f"/dashboard/meshes/acme/members/{people[1].member_id}"
    assert "bob is banned." in send(nodes.one, cookie, f"{path}/ban")
    assert (await bob.closed()).code == 4002
    assert "bob may come back." in send(nodes.two, cookie, f"{path}/unban")
