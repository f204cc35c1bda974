"""The answer of handlers whose message has no reply of its own."""

from typing import Final


class Done:
    """Carried out: answered with `ok` where the client asked for an answer."""


DONE: Final = Done()
