"""The admin's list of presences: who is connected now. Disconnects and kicks.

What members share with each other only (directory, summary) is not for managers to read here.
"""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.base import is_operator
from accounts.admin.cells import Tone, badge, link_to, when
from accounts.admin.selection import names_in_a_row, selected
from meshes.admin.acting import removing_member_id
from meshes.admin.scope import MeshFilter, MeshScoped
from presence.models import Presence
from presence.plain_text import plain
from presence.services.removal import Kind, remove

MAX_NAME_CHARS = 80
DONE = {Kind.DISCONNECT: "Disconnected", Kind.KICK: "Kicked"}
TONES: dict[str, Tone] = {"idle": "good", "working": "clay", "dnd": "bad"}
FOR_OPERATORS = ("remote_addr", "node_id")


class Connected(admin.SimpleListFilter):
    """Whether the line is up."""

    title = "connection"
    parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("up", "Connected"), ("away", "Away, within the lease")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        if self.value() not in ("up", "away"):
            return queryset
        return queryset.filter(disconnected_at__isnull=self.value() == "up")


@admin.register(Presence)
class PresenceAdmin(MeshScoped):
    """Sessions that are connected, or may come back within their lease."""

    heading = "Online now"
    purpose = "Who is connected, since when and in what status. Disconnect or kick."
    place = 50
    list_display = ("name", "mesh_slug", "who", "role", "state", "since", "seen")
    list_filter = (MeshFilter, Connected)
    search_fields = ("display_name", "member__display_name", "mesh__slug")
    search_help_text = "Search by name or mesh."
    ordering = ("mesh__slug", "display_name", "id")
    fields = ("name", "mesh_slug", "who", "role", "state", "visible", "since", "seen")
    actions = ("disconnect", "kick")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With member and mesh; without what is not shown."""
        rows = super().get_queryset(request).select_related("mesh", "member")
        return rows.defer(
            "details",
            "stats",
            "summary",
            "member__grants",
            "mesh__owner_secret_encrypted",
            "mesh__root_key_encrypted",
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        """Operators see the address."""
        return (*self.list_display, "remote_addr") if is_operator(request) else self.list_display

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """And the node."""
        return (*self.fields, *FOR_OPERATORS) if is_operator(request) else self.fields

    def label(self, row: Presence) -> str:
        """The name of the session."""
        return self.name(row)

    @admin.display(description="session", ordering="display_name")
    def name(self, row: Presence) -> str:
        """As the session calls itself."""
        return plain(row.display_name, MAX_NAME_CHARS)

    @admin.display(description="mesh", ordering="mesh__slug")
    def mesh_slug(self, row: Presence) -> SafeString:
        """A way to the mesh."""
        return link_to(row.mesh, row.mesh.slug)

    @admin.display(description="member", ordering="member__display_name")
    def who(self, row: Presence) -> SafeString:
        """A way to the member."""
        return link_to(row.member, plain(row.member.display_name, MAX_NAME_CHARS))

    @admin.display(description="role", ordering="member__role")
    def role(self, row: Presence) -> str:
        """The member's."""
        return row.member.role

    @admin.display(description="status", ordering="status")
    def state(self, row: Presence) -> SafeString:
        """Its status, or that the line is down."""
        if row.disconnected_at is not None:
            return badge("away", "warn")
        return badge(row.status, TONES.get(row.status, ""))

    @admin.display(description="connected", ordering="connected_at")
    def since(self, row: Presence) -> SafeString:
        """Since when."""
        return when(row.connected_at)

    @admin.display(description="last seen", ordering="last_seen_at")
    def seen(self, row: Presence) -> SafeString:
        """Its last sign of life."""
        return when(row.last_seen_at)

    @admin.action(description="Disconnect the selected sessions (they come back by themselves)")
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Closes their sockets."""
        take_off(request, selected(queryset), Kind.DISCONNECT)

    @admin.action(description="Kick the selected sessions (until they are started again)")
    def kick(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Ends them."""
        take_off(request, selected(queryset), Kind.KICK)


def take_off(request: HttpRequest, presences: list[Presence], kind: Kind) -> None:
    """Ends sessions mesh by mesh on behalf of the person, and says whose."""
    by_mesh: dict[str, list[Presence]] = {}
    for row in presences:
        by_mesh.setdefault(row.mesh_id, []).append(row)
    names: list[str] = []
    for rows in by_mesh.values():
        mesh = rows[0].mesh
        try:
            names += remove(
                mesh_id=mesh.pk,
                by_member_id=removing_member_id(request, mesh),
                kind=kind,
                presence_ids=[row.pk for row in rows],
            )
        except MeshError as error:
            messages.error(request, f"{mesh.slug}: {error.message}")
    if names:
        messages.success(request, f"{DONE[kind]}: {names_in_a_row(names)}.")
