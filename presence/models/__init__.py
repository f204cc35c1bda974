"""Tables of the realtime core: nodes, presences, what outlives a session, messages."""

from presence.models.delivery import Delivery, DeliveryState
from presence.models.hello import SpentHello
from presence.models.message import Message
from presence.models.node import Node
from presence.models.peer_state import PeerState
from presence.models.pending_status import PendingStatus
from presence.models.presence import Presence

__all__ = [
    "Delivery",
    "DeliveryState",
    "Message",
    "Node",
    "PeerState",
    "PendingStatus",
    "Presence",
    "SpentHello",
]
