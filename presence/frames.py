"""WebSocket framing of text that goes to many sockets: built once, written everywhere.

Server frames are not masked (RFC 6455, section 5.1), so every recipient gets the same bytes.
"""

import struct

_FIN_TEXT = 0x81
_MAX_SHORT = 125
_MAX_MEDIUM = 0xFFFF


class TextFrame:
    """One outgoing text message; `size` is its payload in bytes.

    Our server writes `wire_bytes` as they are; other ASGI servers are given `text`.
    """

    __slots__ = ("_wire", "size", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.size = len(text)
        self._wire: bytes | None = None

    def wire_bytes(self) -> bytes:
        """Header and payload, ready for the transport."""
        if self._wire is None:
            payload = self.text.encode()
            self._wire = _header(len(payload)) + payload
        return self._wire


def _header(size: int) -> bytes:
    if size <= _MAX_SHORT:
        return bytes((_FIN_TEXT, size))
    if size <= _MAX_MEDIUM:
        return struct.pack("!BBH", _FIN_TEXT, 126, size)
    return struct.pack("!BBQ", _FIN_TEXT, 127, size)
