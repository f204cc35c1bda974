"""What peers say of themselves, made fit to show: short, in one line, in one direction."""

from __future__ import annotations

from accounts.api.fields import is_printable_line

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain(text: str, max_chars: int) -> str:
    """At most so many characters; those that steer a line or turn its direction are replaced.

    Escaping is the template's job. A name turned around could pass for another one.
    """
    shown = text if len(text) <= max_chars else text[: max_chars - 1] + "…"
    if is_printable_line(shown):
        return shown
    return "".join(char if is_printable_line(char) else REPLACEMENT for char in shown)
