"""The table of handlers covers every message of the wire; only the named ones are yet to come."""

import pytest
from claudemesh_wire import client
from claudemesh_wire.client import ClientMessage
from claudemesh_wire.errors import MeshError

from presence import router
from presence.router import HANDLERS
from presence.session import Session
from tests.presence.world import World

#: Answered `unknown_type` until their chapter is written.
TO_COME = {client.AuditQuery, client.AuditVerify} - set(HANDLERS)
UNION = set(ClientMessage.__args__)


def test_every_message_has_a_handler_or_is_to_come() -> None:
    assert set(HANDLERS) | TO_COME | {client.Hello} == UNION


async def test_messages_to_come_are_answered(world: World) -> None:
    bob = await world.connect(world.bob)
    for kind in TO_COME:
        frame = await bob.ask(str(kind.__struct_config__.tag))
        assert frame["code"] == "unknown_type"
    await bob.sync()


class Explosion(Exception):
    """Something nobody foresaw."""


@pytest.mark.parametrize("error", [Explosion("secret detail"), MeshError("invalid")])
async def test_whatever_a_handler_raises_is_answered_and_the_session_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """One failed query in a fire-and-forget task ended a whole process once."""

    async def explode(runtime: object, session: Session, message: object) -> None:
        raise error

    monkeypatch.setitem(router.HANDLERS, client.ListPeers, explode)
    bob = await world.connect(world.bob)
    answer = await bob.ask("list_peers")
    expected = error.code if isinstance(error, MeshError) else "internal"
    assert (answer["type"], answer["code"]) == ("error", expected)
    assert "secret" not in answer["message"]
    await bob.sync()
