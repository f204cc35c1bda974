"""Every event is documented, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from audit.events import EVENTS
from audit.models.entry import MAX_ID_CHARS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def test_every_event_is_documented_and_no_other() -> None:
    section = DOCUMENT.read_text().split("## Events")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == EVENTS


def test_every_event_fits_its_column() -> None:
    assert all(len(event) <= MAX_ID_CHARS for event in EVENTS)
