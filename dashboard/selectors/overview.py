"""A person's meshes at a glance: role, how many members, and who is there now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from accounts.models import User
from meshes.selectors import Standing, member_counts, standings_of
from presence.models import Presence
from presence.plain_text import plain
from presence.storage.presences import count_connected

NAMES_SHOWN = 4
NAMES_READ = 400
MAX_NAME_CHARS = 40


@dataclass(frozen=True)
class Glance:
    """One mesh. `names` are some of those there; `sessions` counts all."""

    standing: Standing
    members: int
    sessions: int
    names: list[str]

    @property
    def more(self) -> int:
        """How many sessions are not named."""
        return max(0, self.sessions - len(self.names))


def glances(user: User) -> list[Glance]:
    """Every mesh of the person, in four queries."""
    standings = standings_of(user)
    ids = [standing.mesh.pk for standing in standings]
    members, sessions, names = member_counts(ids), count_connected(ids), _names(ids)
    return [
        Glance(
            standing,
            members.get(standing.mesh.pk, 0),
            sessions.get(standing.mesh.pk, 0),
            names[standing.mesh.pk],
        )
        for standing in standings
    ]


def _names(mesh_ids: list[str]) -> dict[str, list[str]]:
    here = Presence.objects.filter(
        mesh_id__in=mesh_ids, disconnected_at=None, member__revoked_at__isnull=True
    ).order_by("-connected_at")
    names: dict[str, list[str]] = defaultdict(list)
    for mesh_id, name in here.values_list("mesh_id", "display_name")[:NAMES_READ]:
        if len(names[mesh_id]) < NAMES_SHOWN:
            names[mesh_id].append(plain(name, MAX_NAME_CHARS))
    return names
