"""One mail as a value: to whom, what it says, which of it is secret. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Entries of a context that open something by themselves; no log may hold them.
SECRET_NAMES = frozenset({"code", "url", "unsubscribe_url"})
MIN_TAIL_CHARS = 6


@dataclass(frozen=True, kw_only=True, repr=False)
class Mail:
    """Rendered from `templates/emails/<template>.html` and its twin `.txt`.

    In `context`, the names that end in `url` are links to this broker. An `optional` mail does
    not go to an address that unsubscribed, and carries the link to do so.
    """

    to: str
    template: str
    subject: str
    context: dict[str, Any] = field(default_factory=dict)
    optional: bool = False

    @property
    def links(self) -> list[str]:
        """Every link in it."""
        return [str(value) for name, value in self.context.items() if name.endswith("url")]

    @property
    def secrets(self) -> list[str]:
        """What must not be logged: codes, secret links and the part of them that matters."""
        whole = [str(value) for name, value in self.context.items() if name in SECRET_NAMES]
        tails = [value.rstrip("/").rpartition("/")[2] for value in whole if "/" in value]
        found = whole + [tail for tail in tails if len(tail) >= MIN_TAIL_CHARS]
        return sorted((secret for secret in found if secret), key=len, reverse=True)
