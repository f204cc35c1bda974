"""Tables of the realtime core: nodes, presences, what outlives a session, messages."""

from presence.models.delivery import Delivery, DeliveryState
from presence.models.hello import SpentHello
from presence.models.last_hook import LastHook
from presence.models.message import Message
from presence.models.node import Node
from presence.models.peer_state import PeerState
from presence.models.pending_status import PendingStatus
from presence.models.presence import Presence
from presence.models.untold_kick import UntoldKick

__all__ = [
    "Delivery",
    "DeliveryState",
    "LastHook",
    "Message",
    "Node",
    "PeerState",
    "PendingStatus",
    "Presence",
    "SpentHello",
    "UntoldKick",
]
