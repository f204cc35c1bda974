"""The list of members with what this layer knows: who is online, and when they were last seen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.cells import NOTHING, badge, when
from accounts.admin.selection import selected
from meshes.admin.members import MemberAdmin
from meshes.models import Member
from presence.admin.presences import take_off
from presence.models import Presence
from presence.services.removal import Kind

CONNECTED = Q(presences__disconnected_at=None, presences__isnull=False)


class Online(admin.SimpleListFilter):
    """Whether a session of theirs is connected."""

    title = "online"
    parameter_name = "online"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("yes", "Online now"), ("no", "Not online")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        states = {"yes": Q(sessions__gt=0), "no": Q(sessions=0)}
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(Member)
class SeenMemberAdmin(MemberAdmin):
    """Members, and whether they are there."""

    list_display = (
        "display_name",
        "mesh_slug",
        "role_badge",
        "state",
        "online",
        "seen",
        "invited_by",
        "joined",
    )
    list_filter = (*MemberAdmin.list_filter, Online)
    fieldsets = (
        MemberAdmin.fieldsets[0],
        (
            "What there is",
            {
                "fields": (
                    "mesh_slug",
                    "state",
                    "online",
                    "seen",
                    "key",
                    "invited_by",
                    "joined",
                )
            },
        ),
    )
    readonly_fields = (*MemberAdmin.readonly_fields, "online", "seen")
    actions = ("disconnect", "kick", "ban", "unban")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their sessions counted."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                sessions=Count("presences", filter=CONNECTED),
                last_seen=Coalesce(Max("presences__last_seen_at"), "peer_state__last_seen_at"),
            )
        )

    @admin.display(description="online", ordering="sessions")
    def online(self, row: Any) -> SafeString:
        """How many sessions are connected."""
        if not row.sessions:
            return NOTHING
        return badge("online" if row.sessions == 1 else f"online, {row.sessions} sessions", "good")

    @admin.display(description="last seen", ordering="last_seen")
    def seen(self, row: Any) -> SafeString:
        """The last sign of life of any session."""
        return when(row.last_seen)

    @admin.action(description="Disconnect all sessions of the selected members")
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Closes their sockets; they come back by themselves."""
        _take_off(request, selected(queryset), Kind.DISCONNECT)

    @admin.action(description="Kick all sessions of the selected members")
    def kick(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Ends them until they are started again."""
        _take_off(request, selected(queryset), Kind.KICK)


def _take_off(request: HttpRequest, members: list[Member], kind: Kind) -> None:
    rows = list(Presence.objects.filter(member__in=members).select_related("mesh"))
    if not rows:
        messages.warning(request, "None of them is connected.")
    take_off(request, rows, kind)
