"""What a mesh's slug may look like, and which ones to try when one is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.text import slugify

MAX_SLUG_CHARS = 48
LAST_SUFFIX = 100
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FALLBACK = "mesh"


def is_slug(text: str) -> bool:
    """True for up to 48 lower-case letters and digits, in parts joined by single hyphens."""
    return len(text) <= MAX_SLUG_CHARS and SLUG_PATTERN.fullmatch(text) is not None


def slug_of(name: str) -> str:
    """A slug for a mesh's name; "mesh" when no letter of the name survives."""
    parts = [part for part in re.split(r"[-_]+", slugify(name)) if part]
    return "-".join(parts)[:MAX_SLUG_CHARS].strip("-") or FALLBACK


def candidates(slug: str) -> Iterator[str]:
    """The slug itself, then with -2 to -100 appended."""
    yield slug
    for suffix in range(2, LAST_SUFFIX + 1):
        yield f"{slug}-{suffix}"
