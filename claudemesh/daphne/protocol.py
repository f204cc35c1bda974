"""The WebSocket protocol of this broker on Daphne.

Adds to Daphne's: close frames with any registered code and a reason, ready-made frames written
straight to the socket, whole text frames read without detours, flow control both ways.
"""

import time
from typing import Any

from autobahn.util import encode_truncate
from autobahn.websocket import protocol as autobahn_protocol
from claudemesh_wire.close_codes import CloseCode
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from claudemesh.daphne.fast_frames import take_text
from claudemesh.daphne.flow import WriteGate

# Autobahn formats its settings for a debug log at every connection, whether that log is on or
# not: a quarter of the event loop's time when many sockets open at once.
autobahn_protocol.pformat = repr  # type: ignore[assignment]  # called with the value alone

_SLOW_CLOSE_S = 5.0  # a slow reader finds the close frame behind all that it has not read yet
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
        """Wakes whoever waits for room in a buffer that will never drain, and lets go of itself.

        Autobahn's futures hold this protocol as their result, so that what a socket took would
        otherwise wait for the garbage collector: megabytes, when many are refused at once.
        """
        if hasattr(self, "gate"):
            self.gate.stopProducing()
        super().connectionLost(reason)
        self.is_open = self.is_closed = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Takes whole text frames itself while autobahn is between two frames."""
        taken = 0
        while self.state == self.STATE_OPEN and self._is_between_frames():
            found = take_text(data, taken)
            if found is None:
                break
            text, taken = found
            if not self.muted:
                self.last_ping = time.time()
                self.application_queue.put_nowait({"type": "websocket.receive", "text": text})
        if taken < len(data):
            super().dataReceived(data[taken:] if taken else data)

    def _is_between_frames(self) -> bool:
        return not self.data and self.current_frame is None and not self.inside_message

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Writes a ready-made frame as it is; leaves everything else to Daphne."""
        frame = message.get("frame")
        if frame is not None and self.state == self.STATE_OPEN:
            self._write(frame.wire_bytes())
        elif message["type"] == "websocket.close" and self.state != self.STATE_CONNECTING:
            self.close(message.get("code") or 1000, message.get("reason") or "")
        elif frame is None:
            super().handle_reply(message)

    def write_now(self, frame: Any) -> bool:
        """Writes a ready-made frame if the socket takes it at once; false if it does not."""
        if self.state != self.STATE_OPEN or not self.gate.open:
            return False
        self._write(frame.wire_bytes())
        return True

    def _write(self, data: bytes) -> None:
        """Hands bytes to the kernel, and to Twisted's buffer only what the kernel did not take.

        Twisted would ask the event loop to tell it when the socket is writable, write, and take
        the question back: three system calls and a turn of the loop for every frame.
        """
        transport = self.transport
        if transport.dataBuffer or transport._tempDataBuffer or transport.disconnecting:
            transport.write(data)
            return
        written = transport.writeSomeData(data)
        if not isinstance(written, int):  # an error: let Twisted meet it again and close
            transport.write(data)
        elif written < len(data):
            transport.write(data[written:])

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame; autobahn's own `sendClose` refuses 1001, 1008 and 1013."""
        text = encode_truncate(reason, _MAX_REASON_BYTES) if reason else None
        if code == CloseCode.SLOW_CONSUMER:
            self.closeHandshakeTimeout = _SLOW_CLOSE_S
        self.sendCloseFrame(code=code, reasonUtf8=text)


class BrokerFactory(WebSocketFactory):  # type: ignore[misc]  # daphne has no type hints
    """Builds the broker's protocol."""

    protocol = BrokerProtocol

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Say why (1009 for what is too large) in a close frame; autobahn would only cut the line.
        self.setProtocolOptions(failByDrop=False)
