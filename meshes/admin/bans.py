"""The admin's list of bans: who was removed, by whom and why. Lifts them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.cells import NOTHING, badge, link_to, when
from accounts.admin.selection import for_each, selected
from meshes.admin.members import lift
from meshes.admin.scope import MeshFilter, MeshScoped
from meshes.models import Ban


class BanState(admin.SimpleListFilter):
    """Whether it still holds."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("open", "Holds"), ("lifted", "Lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        if self.value() not in ("open", "lifted"):
            return queryset
        return queryset.filter(lifted_at__isnull=self.value() == "open")


@admin.register(Ban)
class BanAdmin(MeshScoped):
    """Bans, lifted ones too. Banning is on the list of members."""

    purpose = "Who was removed, by whom and why. Let somebody back."
    place = 40
    list_display = ("who", "mesh_slug", "reason_given", "by", "banned", "state", "lifted")
    list_filter = (MeshFilter, BanState)
    search_fields = ("member__display_name", "reason", "mesh__slug")
    search_help_text = "Search by name, reason, or mesh."
    date_hierarchy = "banned_at"
    fields = (
        "who",
        "mesh_slug",
        "reason_given",
        "by",
        "banned",
        "state",
        "lifted",
        "lifted_by_whom",
    )
    actions = ("lift",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With everybody named."""
        rows = (
            super().get_queryset(request).select_related("mesh", "member", "banned_by", "lifted_by")
        )
        return rows.defer("mesh__owner_secret_encrypted", "mesh__root_key_encrypted")

    def label(self, row: Ban) -> str:
        """Who."""
        return f"ban of {row.member.display_name}"

    @admin.display(description="member", ordering="member__display_name")
    def who(self, row: Ban) -> str:
        """Whom it bars."""
        return row.member.display_name

    @admin.display(description="mesh", ordering="mesh__slug")
    def mesh_slug(self, row: Ban) -> SafeString:
        """A way to the mesh."""
        return link_to(row.mesh, row.mesh.slug)

    @admin.display(description="reason")
    def reason_given(self, row: Ban) -> str:
        """Why, in the words of who banned."""
        return row.reason or NOTHING

    @admin.display(description="by", ordering="banned_by__display_name")
    def by(self, row: Ban) -> str:
        """Who banned."""
        return row.banned_by.display_name

    @admin.display(description="banned", ordering="banned_at")
    def banned(self, row: Ban) -> SafeString:
        """When."""
        return when(row.banned_at)

    @admin.display(description="state")
    def state(self, row: Ban) -> SafeString:
        """One word."""
        return badge("holds", "bad") if row.lifted_at is None else badge("lifted")

    @admin.display(description="lifted", ordering="lifted_at")
    def lifted(self, row: Ban) -> SafeString:
        """When."""
        return when(row.lifted_at)

    @admin.display(description="lifted by")
    def lifted_by_whom(self, row: Ban) -> str:
        """Who let them back."""
        return row.lifted_by.display_name if row.lifted_by else NOTHING

    @admin.action(description="Lift the selected bans")
    def lift(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Lets their members back."""
        calls = []
        for row in selected(queryset):
            row.member.mesh = row.mesh
            calls.append((row.member.display_name, partial(lift, request, row.member)))
        for_each(request, calls, "May come back")
