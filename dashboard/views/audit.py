"""The audit log of a mesh: pages, a verdict, the whole as a file."""

from __future__ import annotations

from json import dumps as to_json
from typing import Any

from claudemesh_wire.audit import ChainReport
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.api.throttles import refuse_over
from accounts.models import User
from audit import chains, exporting, selectors
from audit.events import EVENTS
from audit.models import AuditEntry
from audit.turns import turn
from audit.verifying import verify
from dashboard.pages import MeshPage
from meshes.api.audit import EXPORTS_PER_MESH, VERIFICATIONS_PER_MESH, in_parts
from meshes.models import Member
from presence.plain_text import plain

MAX_VALUE_CHARS = 300
MAX_FACTS = 12
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
    names = _names(mesh_id, {entry.actor for entry in entries})
    return [
        {
            "entry": entry,
            "actor": names.get(entry.actor, "somebody unknown"),
            "payload": _facts(entry.payload),
        }
        for entry in entries
    ]


def _names(mesh_id: str, actors: set[str]) -> dict[str, str]:
    """By actor: members by their names, accounts by theirs, the broker as itself."""
    members = Member.objects.filter(mesh_id=mesh_id, pk__in=actors)
    names = {chains.BROKER: "the broker"} | dict(members.values_list("pk", "display_name"))
    ids = {actor.partition(":")[2] for actor in actors - set(names)}
    for user in User.objects.filter(pk__in=ids):
        names[chains.of_account(user.pk)] = f"{user.display_name} (account)"
    return names


def _facts(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """What happened, name by name, made short; the export has it whole."""
    return [
        (name, plain(value if isinstance(value, str) else to_json(value), MAX_VALUE_CHARS))
        for name, value in list(payload.items())[:MAX_FACTS]
    ]
