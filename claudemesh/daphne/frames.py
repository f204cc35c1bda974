"""WebSocket framing of text that goes to many sockets: built once, written everywhere.

Server frames are not masked (RFC 6455, section 5.1), so every recipient gets the same bytes.
"""

import struct

_FIN_TEXT = 0x81
_MAX_SHORT = 125
_MAX_MEDIUM = 0xFFFF


class TextFrame:
    """One outgoing text message; `size` is its payload in bytes.

    Servers that do not know `wire_bytes` send `text` as usual.
    """

    __slots__ = ("_wire", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._wire: bytes | None = None

    @property
    def text(self) -> str:
        """The payload as text."""
        return self.payload.decode()

    @property
    def size(self) -> int:
        """Payload bytes."""
        return len(self.payload)

    def wire_bytes(self) -> bytes:
        """Header and payload, ready for the transport."""
        if self._wire is None:
            self._wire = _header(len(self.payload)) + self.payload
        return self._wire


def _header(size: int) -> bytes:
    if size <= _MAX_SHORT:
        return bytes((_FIN_TEXT, size))
    if size <= _MAX_MEDIUM:
        return struct.pack("!BBH", _FIN_TEXT, 126, size)
    return struct.pack("!BBQ", _FIN_TEXT, 127, size)
