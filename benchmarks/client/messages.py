"""Frames of `send` made ready in advance, and just enough decoding of what comes back.

A message's number stands at the end of its `id` and at the start of its ciphertext, so that both
its ack and its push tell which one it was; no broker has to carry anything else through.
"""

import base64
import os

import msgspec

from benchmarks.client import frames

NUMBER_DIGITS = 8
_MARK = b"#" * NUMBER_DIGITS


class Incoming(msgspec.Struct, rename="camel", gc=False):
    """What load needs of any frame of the broker. Everything else is skipped."""

    type: str
    id: str = ""
    message_id: str = ""
    queued: bool = False
    error: str | None = None
    ciphertext: str = ""


decode = msgspec.json.Decoder(Incoming).decode


def number_of_ack(message: Incoming) -> int:
    """The number of the message that an ack is for."""
    return int(message.id[-NUMBER_DIGITS:], 16)


def number_of_push(message: Incoming) -> int:
    """The number of the message that was pushed."""
    return int(message.ciphertext[:NUMBER_DIGITS], 16)


class SendFrames:
    """Frames of `send` to one target; `take(number)` costs two small XORs and a concatenation."""

    def __init__(self, target: str, *, payload_bytes: int) -> None:
        payload = _template(target, payload_bytes)
        self.size = len(payload)
        first = payload.index(_MARK)
        second = payload.index(_MARK, first + NUMBER_DIGITS)
        self._offsets = (first, second)
        self._head = frames.head(self.size) + frames.masked(payload[:first])
        between = payload[first + NUMBER_DIGITS : second]
        self._middle = frames.masked(between, first + NUMBER_DIGITS)
        self._tail = frames.masked(payload[second + NUMBER_DIGITS :], second + NUMBER_DIGITS)

    def take(self, number: int) -> bytes:
        """The frame of that number, ready to be written."""
        digits = b"%08x" % number
        first, second = (frames.masked(digits, offset) for offset in self._offsets)
        return b"".join((self._head, first, self._middle, second, self._tail))


def _template(target: str, payload_bytes: int) -> bytes:
    """The JSON text with marks where the number goes; `payload_bytes` counts before base64."""
    mark = _MARK.decode()
    ciphertext = base64.b64encode(os.urandom(payload_bytes)).decode()
    fields = {
        "type": "send",
        "id": os.urandom(12).hex() + mark,
        "targetSpec": target,
        "priority": "now",
        "nonce": base64.b64encode(os.urandom(24)).decode(),
        "encryption": "box" if len(target) == 64 else "group",
        "ciphertext": mark + ciphertext[NUMBER_DIGITS:],
    }
    return msgspec.json.encode(fields)


def client_ack(message_id: str) -> bytes:
    """The frame that says a push is safe."""
    return frames.encode(
        msgspec.json.encode({"type": "client_ack", "messageId": message_id, "stage": "delivered"})
    )
