"""The audit log of a mesh: pages, a verdict, the whole as a file."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.audit import ChainReport
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.api.throttles import refuse_over
from audit import exporting, selectors
from audit.events import EVENTS
from audit.models import AuditEntry
from audit.turns import turn
from audit.verifying import verify
from dashboard.pages import MeshPage
from meshes.api.audit import EXPORTS_PER_MESH, VERIFICATIONS_PER_MESH, in_parts
from meshes.models import Member

MAX_PAYLOAD_CHARS = 400
PAGE_SIZE = 20


class Entries:
    """A chain as a paginator takes it: counted, and read a slice at a time."""

    def __init__(self, mesh_id: str, event_type: str | None) -> None:
        self._mesh_id = mesh_id
        self._type = event_type

    def count(self) -> int:
        """How many there are."""
        return selectors.query(self._mesh_id, limit=0, event_type=self._type).total

    def __getitem__(self, part: slice) -> list[AuditEntry]:
        page = selectors.query(
            self._mesh_id,
            limit=part.stop - part.start,
            offset=part.start,
            event_type=self._type,
        )
        return page.entries


class AuditPage(MeshPage):
    """Base of the pages about the log."""

    section = "audit"
    home = "dashboard-audit"
    needs = "manager"


class Audit(AuditPage):
    """A page of the log; `?event=` shows one kind."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Newest first."""
        wanted = request.GET.get("event", "")
        event_type = wanted if wanted in EVENTS else None
        page = self.page_of(Entries(self.standing.mesh.pk, event_type), PAGE_SIZE)
        return self.show(
            "audit",
            page=page,
            rows=_rows(self.standing.mesh.pk, list(page)),
            events=sorted(EVENTS),
            wanted=event_type or "",
            query=f"event={event_type}&" if event_type else "",
        )


class VerifyAudit(AuditPage):
    """POST: walks the whole log."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Says what was found on the next page."""
        found: list[ChainReport] = []
        if self.attempt(lambda: found.append(self._verify())):
            say = messages.success if found[0].valid else messages.error
            say(request, found[0].sentence)
        return self.back()

    def _verify(self) -> ChainReport:
        mesh_id = self.standing.mesh.pk
        refuse_over(f"audit-verify:{mesh_id}", VERIFICATIONS_PER_MESH)
        with turn(mesh_id):
            return verify(mesh_id)


class ExportAudit(AuditPage):
    """The log as JSON lines, the last one a checkpoint of the end."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:  # type: ignore[override]  # a stream
        """Streams it."""
        mesh = self.standing.mesh
        if not self.attempt(lambda: refuse_over(f"audit-export:{mesh.pk}", EXPORTS_PER_MESH)):
            return self.back()
        lines = in_parts(exporting.export(mesh.pk))
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        response["Content-Disposition"] = f'attachment; filename="{mesh.slug}-audit.jsonl"'
        return response


def _rows(mesh_id: str, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Entries with the names of those who acted, as they are called today."""
    actors = {entry.actor for entry in entries}
    members = Member.objects.filter(mesh_id=mesh_id, pk__in=actors)
    names = dict(members.values_list("pk", "display_name"))
    return [
        {"entry": entry, "actor": names.get(entry.actor), "payload": _shortened(entry.payload_json)}
        for entry in entries
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_PAYLOAD_CHARS else text[: MAX_PAYLOAD_CHARS - 1] + "…"
