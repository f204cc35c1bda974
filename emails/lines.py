"""Makes text of strangers fit for a mail: one bounded line that neither hides nor links."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

NAME_CHARS = 80
SUBJECT_CHARS = 200
# What mail programs turn into a link by themselves: a scheme, and a dot before a word.
SCHEME = re.compile(r":(?=//)")
DOMAIN_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")


def one_line(text: str, *, max_chars: int) -> str:
    """`text` without line breaks, control and formatting characters, cut to `max_chars`."""
    shown = "".join(_shown(char) for char in text[: max_chars * 20])
    line = " ".join(shown.split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def name(text: str, *, otherwise: str) -> str:
    """A name that somebody chose, or `otherwise` when nothing readable is left of it.

    Names go to people who never asked for them, so "visit evil.com" must not become a link.
    """
    line = one_line(text, max_chars=NAME_CHARS)
    return DOMAIN_DOT.sub("·", SCHEME.sub(": ", line)) or otherwise


def moment(at: datetime) -> str:
    """`2 January 2030, 03:04:05 UTC`."""
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M:%S} UTC"


def _shown(char: str) -> str:
    """The character; a blank for what breaks lines; nothing for what is invisible."""
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category.startswith("C") else char
