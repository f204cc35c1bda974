"""WebSocket close codes and what a client does about each (RFC 6455, section 7.4)."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why a socket was closed; codes from 4000 are this protocol's own."""

    DONE = 1000
    GOING_AWAY = 1001
    REFUSED = 1008
    TOO_LARGE = 1009
    OVERLOADED = 1013
    SLOW_CONSUMER = 3008
    KICKED = 4001
    BANNED = 4002


#: After these a client must not reconnect by itself.
FINAL = frozenset({CloseCode.KICKED, CloseCode.BANNED})


def may_reconnect(code: int) -> bool:
    """True if a client that did not close the socket itself should come back."""
    return code not in FINAL
