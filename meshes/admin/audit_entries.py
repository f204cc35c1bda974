"""The admin's reading of audit logs. It is in this layer because `audit` knows no meshes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from accounts.admin.base import is_operator
from accounts.admin.cells import mono, when
from accounts.models import User
from audit import chains
from audit.events import EVENTS
from audit.models import AuditEntry
from meshes.admin.scope import MeshFilter, MeshScoped
from meshes.models import Member, Mesh

if TYPE_CHECKING:
    Pages = Paginator[Any]
else:
    Pages = Paginator

MAX_COUNTED = 10_000
MAX_PAYLOAD_CHARS = 160


class NewestPages(Pages):
    """Pages over the newest entries only: counting a long log takes as long as reading it."""

    @cached_property
    def count(self) -> int:
        """How many there are, MAX_COUNTED at most."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MAX_COUNTED].count())


class EventFilter(admin.SimpleListFilter):
    """Narrows to one kind of event."""

    title = "event"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [(event, event.replace("_", " ").capitalize()) for event in sorted(EVENTS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen kind."""
        return queryset.filter(type=self.value()) if self.value() in EVENTS else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(MeshScoped):
    """Entries, newest first. Verifying and exporting a whole log is on the mesh's page."""

    heading = "Audit log"
    purpose = "What happened on your meshes, and who did it. Nobody can change it."
    place = 60
    mesh_path = "mesh_id"
    list_display = ("at", "of", "event", "by", "what", "seq")
    list_filter = (MeshFilter, EventFilter)
    list_display_links = ("at",)
    paginator = NewestPages
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "of", "seq", "event", "by", "payload_text", "hash_text")

    def look_up(self, request: HttpRequest, rows: list[Any]) -> None:
        """Slugs, and who acted as they are called today."""
        slugs = Mesh.objects.filter(pk__in={row.mesh_id for row in rows})
        by_mesh = dict(slugs.values_list("pk", "slug"))
        actors = {row.actor for row in rows}
        names = dict(Member.objects.filter(pk__in=actors).values_list("pk", "display_name"))
        names |= _accounts(request, actors | {row.mesh_id for row in rows})
        for row in rows:
            row.slug = by_mesh.get(row.mesh_id) or names.get(row.mesh_id, row.mesh_id)
            row.actor_name = names.get(row.actor, row.actor)

    def label(self, row: Any) -> str:
        """Its log and number."""
        return f"{row.slug} {row.seq}"

    @admin.display(description="when")
    def at(self, row: AuditEntry) -> SafeString:
        """As it was written down."""
        return when(row.created_at)

    @admin.display(description="mesh")
    def of(self, row: Any) -> str:
        """Whose log it is."""
        return str(row.slug)

    @admin.display(description="event")
    def event(self, row: AuditEntry) -> str:
        """In words."""
        return row.type.replace("_", " ")

    @admin.display(description="by")
    def by(self, row: Any) -> str:
        """Who acted."""
        return str(row.actor_name)

    @admin.display(description="what")
    def what(self, row: AuditEntry) -> SafeString:
        """The beginning of the payload."""
        text = row.payload_json
        short = text if len(text) <= MAX_PAYLOAD_CHARS else text[: MAX_PAYLOAD_CHARS - 1] + "…"
        return mono(short)

    @admin.display(description="payload")
    def payload_text(self, row: AuditEntry) -> SafeString:
        """All of it."""
        return mono(json.dumps(row.payload, indent=2, ensure_ascii=False))

    @admin.display(description="hash")
    def hash_text(self, row: AuditEntry) -> SafeString:
        """Over this entry and all before it."""
        return mono(row.hash)


def _accounts(request: HttpRequest, names: set[str]) -> dict[str, str]:
    """{"account:…": what it is called}; operators read addresses."""
    start = chains.of_account("")
    ids = [name.removeprefix(start) for name in names if name.startswith(start)]
    if not ids:
        return {}
    users = User.objects.filter(pk__in=ids).only("email", "name")
    shown = is_operator(request)
    return {chains.of_account(u.pk): u.email if shown else u.display_name for u in users}
