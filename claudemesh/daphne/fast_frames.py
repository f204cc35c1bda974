"""Reads the one kind of frame that nearly all traffic is, at a fraction of autobahn's cost.

A whole, final, masked text frame of less than 64 KiB (RFC 6455, section 5.2). Anything else
(fragments, control frames, frames that have not come whole, violations) is autobahn's.
"""

from websockets.frames import apply_mask

_FINAL_TEXT = 0x81
_MASKED = 0x80
_MEDIUM = 126


def take_text(data: bytes, start: int) -> tuple[str, int] | None:
    """The text of the frame that begins at `start`, and where the next one begins.

    None if it is not such a frame. Takes only frames whose payload is valid UTF-8.
    """
    available = len(data) - start
    if available < 6 or data[start] != _FINAL_TEXT or not data[start + 1] & _MASKED:
        return None
    size, mask_at = data[start + 1] & 0x7F, start + 2
    if size == _MEDIUM:
        size = int.from_bytes(data[start + 2 : start + 4], "big")
        mask_at = start + 4
        if size < _MEDIUM:  # not the shortest way to say it: a violation
            return None
    elif size > _MEDIUM:
        return None
    body_at = mask_at + 4
    end = body_at + size
    if end > len(data):
        return None
    try:
        return apply_mask(data[body_at:end], data[mask_at:body_at]).decode(), end
    except UnicodeDecodeError:
        return None
