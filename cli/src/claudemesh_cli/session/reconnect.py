"""How long to wait before connecting again: full jitter under rising caps; connects nothing."""

import random
from collections.abc import Callable

CAPS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Backoff:
    """Delays between attempts; `reset` when a hello was acked."""

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._attempt = 0

    def next_s(self) -> float:
        """Seconds to wait before the next attempt, between 0 and the cap of this attempt."""
        cap = CAPS_S[min(self._attempt, len(CAPS_S) - 1)]
        self._attempt += 1
        return self._uniform(0.0, cap)

    def reset(self) -> None:
        """Start again at the lowest cap."""
        self._attempt = 0
