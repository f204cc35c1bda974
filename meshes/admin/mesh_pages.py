"""The pages of the admin about one mesh: verifying and exporting its log, and archiving it."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin.base import is_operator
from accounts.admin.selection import selected
from accounts.api.throttles import refuse_over
from audit import exporting
from audit.turns import turn
from audit.verifying import verify
from meshes.admin.acting import standing_or_operator
from meshes.admin.scope import MeshScoped
from meshes.api.audit import EXPORTS_PER_MESH, VERIFICATIONS_PER_MESH, in_parts
from meshes.forms import SlugAgainForm
from meshes.models import Mesh
from meshes.services import archive_mesh

#: Walking a long log takes a while, and a person waits for it.
MAX_VERIFIED = 20


class MeshPages(MeshScoped):
    """Base of the list of meshes, with what is not about a list."""

    mesh_path = "pk"

    @admin.action(description="Verify the audit logs of the selected meshes")
    def verify_audit(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Walks each and says what was found."""
        for mesh in selected(queryset, MAX_VERIFIED):
            _verify(request, mesh)

    def get_urls(self) -> list[URLPattern]:
        """With the pages that are about one mesh."""
        pages = {"verify": self.verify_page, "export": self.export, "archive": self.archive}
        own = [
            path(
                f"<slug:object_id>/{name}/",
                self.admin_site.admin_view(page),
                name=f"meshes_mesh_{name}",
            )
            for name, page in pages.items()
        ]
        return own + super().get_urls()

    def verify_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST: the report is a message on the mesh's page."""
        mesh = self.get_object(request, object_id)
        if request.method == "POST":
            _verify(request, mesh)
        return redirect("admin:meshes_mesh_change", mesh.pk)

    def export(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The log as JSON lines, the last one a checkpoint of the end."""
        mesh = self.get_object(request, object_id)
        try:
            refuse_over(f"audit-export:{mesh.pk}", EXPORTS_PER_MESH)
        except MeshError as error:
            messages.error(request, error.message)
            return redirect("admin:meshes_mesh_change", mesh.pk)
        lines = in_parts(exporting.export(mesh.pk))
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        response["Content-Disposition"] = f'attachment; filename="{mesh.slug}-audit.jsonl"'
        return response

    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks for the slug, then archives."""
        mesh = self.get_object(request, object_id)
        if not self.may_archive(request, mesh):
            raise Http404
        form = SlugAgainForm(request.POST or None, wanted=mesh.slug)
        if request.method == "POST" and form.is_valid():
            try:
                archive_mesh(by=standing_or_operator(request, mesh))
            except MeshError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, f"{mesh.name} is archived.")
                return redirect("admin:index")
        context = {"title": f"Archive {mesh.slug}?", "form": form, "mesh": mesh, "opts": self.opts}
        context |= self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/meshes/mesh/archive.html", context)

    def may_archive(self, request: HttpRequest, mesh: Mesh) -> bool:
        """The owner and the operator."""
        owns = mesh.owner_id == request.user.pk
        return mesh.archived_at is None and (owns or is_operator(request))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """With the buttons that fit the person."""
        context["may_archive"] = self.may_archive(request, kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)


def _verify(request: HttpRequest, mesh: Mesh) -> None:
    try:
        refuse_over(f"audit-verify:{mesh.pk}", VERIFICATIONS_PER_MESH)
        with turn(mesh.pk):
            report = verify(mesh.pk)
    except MeshError as error:
        messages.error(request, f"{mesh.slug}: {error.message}")
        return
    say = messages.success if report.valid else messages.error
    say(request, f"{mesh.slug}: {report.sentence}")
