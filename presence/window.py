"""The send window of a session: what was pushed and is not settled yet, bounded."""

from collections import OrderedDict

from presence.clock import monotonic
from presence.parcel import Parcel

REMEMBERED = 256


class Window:
    """Parcels in flight by message id, oldest first; at most so many messages and bytes."""

    __slots__ = ("_bytes", "_in_flight", "_pushed_at", "_settled", "max_bytes", "max_messages")

    def __init__(self, *, max_messages: int, max_bytes: int) -> None:
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self._in_flight: dict[str, Parcel] = {}
        self._pushed_at: OrderedDict[str, float] = OrderedDict()
        self._settled: OrderedDict[str, Parcel] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._in_flight)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._in_flight

    def has_room(self) -> bool:
        """True if one more message may be pushed."""
        return len(self._in_flight) < self.max_messages and self._bytes < self.max_bytes

    def room(self) -> int:
        """How many more messages may be pushed, bytes left aside."""
        return self.max_messages - len(self._in_flight) if self._bytes < self.max_bytes else 0

    def room_bytes(self) -> int:
        """How many more bytes may be pushed; one message may go past them."""
        return max(0, self.max_bytes - self._bytes)

    def is_half_empty(self) -> bool:
        """True when a starved session should ask for more."""
        return len(self._in_flight) <= self.max_messages // 2 and self._bytes <= self.max_bytes // 2

    def add(self, parcel: Parcel) -> None:
        """Takes note of a push, first or repeated."""
        message_id = parcel.message.id
        if message_id not in self._in_flight:
            self._in_flight[message_id] = parcel
            self._bytes += parcel.message.size
        self._pushed_at[message_id] = monotonic()
        self._pushed_at.move_to_end(message_id)

    def delivery_ids(self) -> set[int]:
        """Ids of the deliveries in flight."""
        return {parcel.delivery_id for parcel in self._in_flight.values()}

    def find(self, message_id: str) -> Parcel | None:
        """The parcel in flight or settled lately, for a `client_ack`."""
        return self._in_flight.get(message_id) or self._settled.get(message_id)

    def settle(self, message_id: str) -> Parcel | None:
        """Takes a parcel out; None if it is not in flight."""
        parcel = self._in_flight.pop(message_id, None)
        if parcel is None:
            return None
        del self._pushed_at[message_id]
        self._bytes -= parcel.message.size
        self._settled[message_id] = parcel
        if len(self._settled) > REMEMBERED:
            self._settled.popitem(last=False)
        return parcel

    def overdue(self, older_than_s: float) -> list[Parcel]:
        """Parcels pushed longer ago than that, oldest first."""
        limit = monotonic() - older_than_s
        late = []
        for message_id, pushed_at in self._pushed_at.items():
            if pushed_at > limit:
                break
            late.append(self._in_flight[message_id])
        return late
