"""What needs a person: keys barred or new, tokens that run out, mail that came nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from accounts.models import CliSession, User
from accounts.selectors import live_sessions
from meshes.models import Member
from meshes.selectors import Standing, new_keys_in
from presence.models import Delivery, DeliveryState

EXPIRES_SOON = timedelta(days=7)
NEW_KEY_FOR = timedelta(days=7)
MAX_SHOWN = 10
DEAD = (DeliveryState.UNDELIVERABLE, DeliveryState.EXPIRED)
REASONS = {
    "session_gone": "the session it was for has ended",
    "revoked": "one of you was removed from the mesh",
    "no_ack": "its client never confirmed it",
}


@dataclass(frozen=True)
class DeadLetter:
    """A delivery of the person's that was given up."""

    delivery: Delivery
    mesh_name: str

    @property
    def reason(self) -> str:
        """Why, in words."""
        if self.delivery.state == DeliveryState.EXPIRED:
            return "nobody fetched it in time"
        return REASONS.get(self.delivery.reason, "it was given up")


@dataclass(frozen=True)
class Attention:
    """Newest first, each list bounded."""

    suspended: list[Standing] = field(default_factory=list)
    expiring: list[CliSession] = field(default_factory=list)
    new_keys: list[Member] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.suspended or self.expiring or self.new_keys or self.dead_letters)


def attention_of(user: User, standings: Sequence[Standing]) -> Attention:
    """All of it, in a handful of queries."""
    meshes = {standing.mesh.pk: standing.mesh for standing in standings}
    new_keys = new_keys_in(meshes.values(), timezone.now() - NEW_KEY_FOR)
    return Attention(
        suspended=[standing for standing in standings if standing.suspended],
        expiring=_expiring(user),
        new_keys=new_keys[:MAX_SHOWN],
        dead_letters=_dead_letters(user, {pk: mesh.name for pk, mesh in meshes.items()}),
    )


def _expiring(user: User) -> list[CliSession]:
    soon = timezone.now() + EXPIRES_SOON
    return list(live_sessions(user).filter(expires_at__lt=soon).order_by("expires_at")[:MAX_SHOWN])


def _dead_letters(user: User, meshes: dict[str, str]) -> list[DeadLetter]:
    mine = Member.objects.filter(user=user, mesh_id__in=meshes, revoked_at__isnull=True)
    found = Delivery.objects.filter(
        message__sender_id__in=list(mine.values_list("pk", flat=True)),
        message__client_id__gt="",
        state__in=DEAD,
    )
    rows = found.select_related("message").order_by("-id")[:MAX_SHOWN]
    return [DeadLetter(row, meshes[row.message.mesh_id]) for row in rows]
