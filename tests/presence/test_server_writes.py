"""What the server does with a frame for a socket that is gone: says so, instead of dropping it."""

from typing import Any

import pytest

from claudemesh.daphne.flow import WriteGate
from claudemesh.daphne.server import BrokerServer


class FakeProtocol:
    """As much of a connection as the server looks at."""

    STATE_OPEN = 3

    def __init__(self, state: int) -> None:
        self.state = state
        self.gate = WriteGate()
        self.written: list[dict[str, Any]] = []

    def handle_reply(self, message: dict[str, Any]) -> None:
        self.written.append(message)


FRAME = {"type": "websocket.send", "text": "x"}
CLOSE = {"type": "websocket.close", "code": 1000}


def server_with(protocol: FakeProtocol, details: dict[str, Any] | None) -> BrokerServer:
    server = BrokerServer.__new__(BrokerServer)
    server.connections = {} if details is None else {protocol: details}
    return server


async def test_an_open_socket_is_written_to() -> None:
    protocol = FakeProtocol(FakeProtocol.STATE_OPEN)
    await server_with(protocol, {}).write_frame(protocol, FRAME)
    assert protocol.written == [FRAME]


@pytest.mark.parametrize(("state", "details"), [(3, None), (3, {"disconnected": 1.0}), (2, {})])
async def test_a_frame_for_a_socket_that_is_gone_did_not_go_out(
    state: int, details: dict[str, Any] | None
) -> None:
    """Older clients cannot confirm: what was handed to their socket counts as delivered."""
    protocol = FakeProtocol(state)
    with pytest.raises(OSError, match="gone"):
        await server_with(protocol, details).write_frame(protocol, FRAME)
    assert protocol.written == []


async def test_closing_a_socket_that_is_gone_is_no_failure() -> None:
    protocol = FakeProtocol(1)
    await server_with(protocol, None).write_frame(protocol, CLOSE)
    assert protocol.written == []
