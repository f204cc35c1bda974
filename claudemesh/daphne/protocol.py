"""The WebSocket protocol of this broker on Daphne.

Adds to Daphne's: close frames with any registered code and a reason, ready-made frames written
straight to the transport, and flow control in both directions.
"""

from typing import Any

from autobahn.util import encode_truncate
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from claudemesh.daphne.flow import WriteGate

_MAX_REASON_BYTES = 123  # RFC 6455, section 5.5: control frames carry at most 125 bytes


class BrokerProtocol(WebSocketProtocol):  # type: ignore[misc]  # daphne has no type hints
    """One WebSocket connection."""

    gate: WriteGate

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - autobahn's name
        """Takes over the transport's producer slot that the HTTP channel held."""
        self.gate = WriteGate()
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.gate, True)
        return super().onConnect(request)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Wakes whoever waits for room in a buffer that will never drain."""
        if hasattr(self, "gate"):
            self.gate.stopProducing()
        super().connectionLost(reason)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Writes a ready-made frame as it is; leaves everything else to Daphne."""
        frame = message.get("frame")
        if frame is not None and self.state == self.STATE_OPEN:
            self.transport.write(frame.wire_bytes())
        elif message["type"] == "websocket.close" and self.state != self.STATE_CONNECTING:
            self.close(message.get("code") or 1000, message.get("reason") or "")
        elif frame is None:
            super().handle_reply(message)

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame; autobahn's own `sendClose` refuses 1001, 1008 and 1013."""
        text = encode_truncate(reason, _MAX_REASON_BYTES) if reason else None
        self.sendCloseFrame(code=code, reasonUtf8=text)


class BrokerFactory(WebSocketFactory):  # type: ignore[misc]  # daphne has no type hints
    """Builds the broker's protocol."""

    protocol = BrokerProtocol
