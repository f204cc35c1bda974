"""What an audit log holds, for tests of those who write to it."""

from typing import Any, NamedTuple

from audit.models import AuditEntry


class Written(NamedTuple):
    """One entry: what happened, by whom, and its payload."""

    type: str
    actor: str
    payload: dict[str, Any]


def log_of(chain: str) -> list[Written]:
    """The entries of a chain, oldest first."""
    rows = AuditEntry.objects.filter(mesh_id=chain).order_by("seq")
    return [Written(row.type, row.actor, row.payload) for row in rows]


def last_of(chain: str) -> Written:
    """The newest entry of a chain."""
    return log_of(chain)[-1]
