"""WebSocket framing for a client (RFC 6455, section 5), as little as load needs. Opens no socket.

Frames are masked with one mask a process: load does not need unpredictable masks, and so a
frame can be made ready in advance.
"""

import base64
import os
from collections.abc import Iterator
from typing import NamedTuple

MASK = os.urandom(4)
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_FIN = 0x80
_MASKED = 0x80


class Frame(NamedTuple):
    """One whole frame from the broker, which never fragments."""

    opcode: int
    payload: bytes


def upgrade_request(host: str, path: str) -> bytes:
    """The opening handshake; like clients in the field it offers no extension and no origin."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def masked(payload: bytes, offset: int = 0) -> bytes:
    """`payload` under MASK, as if it began `offset` bytes into a frame's payload."""
    turn = offset % 4
    mask = (MASK[turn:] + MASK[:turn]) * (len(payload) // 4 + 1)
    size = len(payload)
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(mask[:size], "big")
    return mixed.to_bytes(size, "big")


def head(size: int, opcode: int = TEXT) -> bytes:
    """The header of a final, masked frame of `size` payload bytes."""
    first = bytes([_FIN | opcode])
    if size < 126:
        return first + bytes([_MASKED | size]) + MASK
    if size < 65_536:
        return first + bytes([_MASKED | 126]) + size.to_bytes(2, "big") + MASK
    return first + bytes([_MASKED | 127]) + size.to_bytes(8, "big") + MASK


def encode(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole frame, ready to be written."""
    return head(len(payload), opcode) + masked(payload)


class FrameReader:
    """Cuts a stream of bytes into frames; keeps what is not whole yet."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes."""
        if self._rest:
            data = self._rest + data
        position, end = 0, len(data)
        while end - position >= 2:
            size, start = data[position + 1], position + 2
            if size == 126:
                start += 2
                size = int.from_bytes(data[position + 2 : start], "big")
            elif size == 127:
                start += 8
                size = int.from_bytes(data[position + 2 : start], "big")
            if end < start + size:
                break
            yield Frame(data[position] & 0x0F, data[start : start + size])
            position = start + size
        self._rest = data[position:]
