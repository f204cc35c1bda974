"""The pages against a real broker: what happens on its sockets shows, and buttons close sockets."""

from collections.abc import Iterator

import pytest
import websockets

from tests.broker_process import Broker, broker
from tests.casting import cast
from tests.dashboard.signing_in import sign_in
from tests.dashboard.visits import close_code_of, send, until, watch
from tests.identities import Identity
from tests.live_transport import LiveTransport
from tests.wire_peer import WirePeer

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    with broker() as shared:
        yield shared


@pytest.fixture(scope="module")
def people(running: Broker) -> list[Identity]:
    """alice owns the mesh acme; bob is a member."""
    return cast(running, "alice", "bob")


@pytest.fixture(scope="module")
def cookie(running: Broker, people: list[Identity]) -> str:
    return f"sessionid={sign_in(running, people[0].mesh_id)}"


async def test_who_comes_goes_and_is_kicked_shows_at_once(
    running: Broker, people: list[Identity], cookie: str
) -> None:
    view = await watch(running, cookie)
    await until(view, lambda rows: not rows)
    bob = WirePeer(await LiveTransport.open(running.ws_url), people[1])
    await bob.say_hello()
    (row,) = (await until(view, bool))["presences"]
    assert (row["name"], row["removable"]) == ("bob", True)
    page = send(running, cookie, "/dashboard/meshes/acme/remove", kick=row["id"])
    assert "Kicked: bob." in page
    assert (await bob.closed()).code == 4001
    await until(view, lambda rows: not rows)
    await view.close()


async def test_a_ban_by_the_page_closes_the_socket(
    running: Broker, people: list[Identity], cookie: str
) -> None:
    bob = WirePeer(await LiveTransport.open(running.ws_url), people[1])
    await bob.say_hello()
    path = f"/dashboard/meshes/acme/members/{people[1].member_id}"
    assert "bob is banned." in send(running, cookie, f"{path}/ban", reason="no reason")
    assert (await bob.closed()).code == 4002
    assert "bob may come back." in send(running, cookie, f"{path}/unban")
    again = WirePeer(await LiveTransport.open(running.ws_url), people[1])
    await again.say_hello()
    await again.transport.close()


async def test_a_page_of_another_site_is_refused_before_the_socket_opens(
    running: Broker, cookie: str
) -> None:
    for origin in ("https://evil.example", "null"):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await watch(running, cookie, origin)
        assert refused.value.response.status_code == 403


async def test_who_is_not_signed_in_is_closed_with_a_code(running: Broker) -> None:
    view = await watch(running, "sessionid=forged")
    assert await close_code_of(view) == 4401
    assert view.close_reason == "signed_out"


async def test_a_large_frame_is_not_even_read(
    running: Broker, people: list[Identity], cookie: str
) -> None:
    view = await watch(running, cookie)
    await view.send("x" * 300_000)
    assert await close_code_of(view) in (1008, 1009)


async def test_a_broker_that_stops_sends_its_views_away(
    people: list[Identity], cookie: str, running: Broker
) -> None:
    view = await watch(running, cookie)
    await view.recv()
    running.terminate()
    assert await close_code_of(view) == 1001
    running.start()
