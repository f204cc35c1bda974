"""Sockets that have not said a valid hello yet: bounded in number, in all and an address."""

from collections import Counter

from claudemesh_wire.errors import MeshError


class Doorstep:
    """Counts unauthenticated sockets."""

    def __init__(self, *, at_once: int, per_address: int) -> None:
        self._at_once = at_once
        self._per_address = per_address
        self._by_address: Counter[str] = Counter()
        self._total = 0

    def enter(self, address: str) -> None:
        """Takes a socket in. Raises MeshError `capacity`."""
        if self._total >= self._at_once or self._by_address[address] >= self._per_address:
            raise MeshError("capacity", "Too many sockets wait to say hello; try again shortly.")
        self._total += 1
        self._by_address[address] += 1

    def leave(self, address: str) -> None:
        """Lets a socket go, authenticated or closed."""
        self._total -= 1
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]
