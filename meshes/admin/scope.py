"""Which rows of a mesh's tables somebody sees in the admin: those of the meshes they manage."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import BrokerAdmin, is_operator, person_of
from accounts.models import User
from meshes.models import Mesh
from meshes.selectors import managed_mesh_ids

#: With more meshes than this the filter is a list nobody reads; the search finds slugs.
MAX_CHOICES = 30


class MeshScoped(BrokerAdmin):
    """Rows that belong to a mesh by their column `mesh_path`."""

    mesh_path = "mesh"

    def scope(self, rows: QuerySet[Any], user: User) -> QuerySet[Any]:
        """Those of the live meshes that the account owns or is an admin of."""
        return rows.filter(**{f"{self.mesh_path}__in": managed_mesh_ids(user)})


def meshes_seen_by(request: HttpRequest) -> QuerySet[Mesh]:
    """The meshes whose rows the person sees: managed ones, or all of them for an operator."""
    rows = Mesh.objects.order_by("slug")
    return (
        rows if is_operator(request) else rows.filter(pk__in=managed_mesh_ids(person_of(request)))
    )


class MeshFilter(admin.SimpleListFilter):
    """Narrows a list to one mesh. Offers only those whose rows are on the list anyway."""

    title = "mesh"
    parameter_name = "mesh"
    column = "mesh_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices; of very many meshes only the chosen one."""
        found = list(meshes_seen_by(request).values_list("pk", "slug")[: MAX_CHOICES + 1])
        if len(found) <= MAX_CHOICES:
            return found
        return list(meshes_seen_by(request).filter(pk=self.value()).values_list("pk", "slug"))

    def has_output(self) -> bool:
        """Not for those who see one mesh, unless it was asked for."""
        return len(self.lookup_choices) > 1 or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen mesh; none of one that the person does not see."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(**{self.column: chosen})
