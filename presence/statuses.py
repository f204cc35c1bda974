"""Which of two statements about a status wins. Pure; times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta

RANK = {"inferred": 0, "manual": 1, "hook": 2}
FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """A status, who said so (hook, manual, inferred) and when."""

    status: str
    source: str
    at: datetime


def decide(current: StatusRecord, new: StatusRecord) -> StatusRecord:
    """The record that holds after `new` was said.

    A higher or equal source wins; a lower one only when the recorded one is older than 30 s.
    `dnd` is its owner's alone: a person sets and lifts it at any time, a hook never lifts it.
    """
    if current.status == "dnd" and new.source != "manual":
        return current
    if new.source == "manual" and "dnd" in (current.status, new.status):
        return new
    if RANK[new.source] >= RANK[current.source] or new.at - current.at > FRESH:
        return new
    return current
