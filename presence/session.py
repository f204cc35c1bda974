"""A session: one authenticated socket on this node. Knows its peer, its window, its writer."""

from collections.abc import Callable

from claudemesh_wire.capabilities import CLIENT_ACK, RECEIPTS
from claudemesh_wire.codec import encode
from msgspec import Struct

from presence.clock import now
from presence.frames import TextFrame
from presence.outbound import Outbound
from presence.parcel import Parcel
from presence.peer import Peer
from presence.window import Window


class Session:
    """Who is on a socket and what is on its way to it.

    `peer` is listed in the roster unless the session is ephemeral. `window` holds what was
    pushed and not settled. `refilling`, `again` and `starved` belong to `presence.pushing`.
    """

    __slots__ = (
        "again",
        "capabilities",
        "ephemeral",
        "outbound",
        "peer",
        "protocol_version",
        "refilling",
        "starved",
        "window",
    )

    def __init__(
        self,
        *,
        peer: Peer,
        outbound: Outbound,
        window: Window,
        protocol_version: int,
        capabilities: frozenset[str],
        ephemeral: bool,
    ) -> None:
        self.peer = peer
        self.outbound = outbound
        self.window = window
        self.protocol_version = protocol_version
        self.capabilities = capabilities
        self.ephemeral = ephemeral
        self.refilling = False
        self.again = False
        self.starved = False

    @property
    def member_id(self) -> str:
        """The member this session belongs to."""
        return self.peer.member_id

    @property
    def mesh_id(self) -> str:
        """The mesh this session is on."""
        return self.peer.mesh_id

    @property
    def confirms(self) -> bool:
        """True if the client answers a push with `client_ack`."""
        return CLIENT_ACK in self.capabilities

    @property
    def wants_receipts(self) -> bool:
        """True if the client asked to hear how far its messages come."""
        return RECEIPTS in self.capabilities

    def reply(self, message: Struct) -> None:
        """Sends a message to this session's socket."""
        self.outbound.put(TextFrame(encode(message)))

    def touch(self) -> None:
        """A sign of life of the person or agent behind this session."""
        self.peer.last_seen_at = now()

    def has_room(self) -> bool:
        """True if one more push fits into the window and the write queue."""
        return self.window.has_room() and self.outbound.queued_bytes < self.window.max_bytes

    def push(self, parcel: Parcel, sent: Callable[[], None] | None) -> None:
        """Writes a parcel and keeps it in the window until it is settled."""
        self.window.add(parcel)
        self.outbound.put(parcel.frame_for(self.protocol_version), sent)
