"""The audit log of a mesh over HTTP, for its owner and admins: pages, a verdict, the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from claudemesh_wire.audit import timestamp
from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountView
from accounts.api.describing import answers
from accounts.api.fields import StrictCharField
from accounts.api.throttles import refuse_over
from audit import exporting, selectors
from audit.models import AuditEntry
from audit.turns import turn
from audit.verifying import verify
from meshes.api.answers import AuditPageAnswer, AuditVerdictAnswer
from meshes.models import Mesh
from meshes.selectors import standing_in

LINES_AT_ONCE = 200
VERIFICATIONS_PER_MESH = "60/m"
EXPORTS_PER_MESH = "30/m"


class AuditPageParams(serializers.Serializer[Any]):
    """The query string of a page."""

    limit = serializers.IntegerField(min_value=1, max_value=selectors.MAX_PAGE, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    event_type = StrictCharField(max_length=64, default=None)


class AuditView(AccountView):
    """Base of the views of a log."""

    def managed_mesh(self, request: Request, slug: str) -> Mesh:
        """The mesh, if the caller manages it. Raises MeshError "not_found", "forbidden"."""
        standing = standing_in(self.person(request), slug)
        standing.require_manager()
        return standing.mesh


class MeshAudit(AuditView):
    """GET /cli/mesh/<slug>/audit?limit=&offset=&event_type= -> `{entries, total}`."""

    @answers(
        "Shows a page of the audit log, newest first; for owner and admins.",
        AuditPageAnswer,
        query=AuditPageParams,
        refuses="malformed not_found forbidden device_revoked",
    )
    def get(self, request: Request, slug: str) -> Response:
        """A page, newest first."""
        mesh = self.managed_mesh(request, slug)
        params = AuditPageParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        page = selectors.query(mesh.pk, **params.validated_data)
        return Response({"entries": [_row(row) for row in page.entries], "total": page.total})


class VerifyMeshAudit(AuditView):
    """GET /cli/mesh/<slug>/audit/verify -> `{valid, entries, head, broken_at, message}`."""

    @answers(
        "Walks the whole log and says whether it holds; for owner and admins.",
        AuditVerdictAnswer,
        refuses="not_found forbidden device_revoked rate_limit overloaded",
    )
    def get(self, request: Request, slug: str) -> Response:
        """Walks the whole log; `broken_at` is null for one that holds."""
        mesh = self.managed_mesh(request, slug)
        refuse_over(f"audit-verify:{mesh.pk}", VERIFICATIONS_PER_MESH)
        with turn(mesh.pk):
            report = verify(mesh.pk)
        return Response(
            {
                "valid": report.valid,
                "entries": report.entries,
                "head": report.head.hash,
                "broken_at": report.broken_at,
                "message": report.sentence,
            }
        )


class ExportMeshAudit(AuditView):
    """GET /cli/mesh/<slug>/audit/export: JSON lines, the last one a checkpoint of the end."""

    @answers(
        "Streams the log as JSON lines, the last one a signed checkpoint; for owner and admins.",
        None,
        media_type="application/x-ndjson",
        refuses="not_found forbidden device_revoked rate_limit",
    )
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Streams; what is appended meanwhile is left out."""
        mesh = self.managed_mesh(request, slug)
        refuse_over(f"audit-export:{mesh.pk}", EXPORTS_PER_MESH)
        lines = in_parts(exporting.export(mesh.pk))
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        response["Content-Disposition"] = f'attachment; filename="{mesh.slug}-audit.jsonl"'
        return response


async def in_parts(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Many lines at a time, read in the thread that has the request's database connection."""
    fetch = sync_to_async(lambda: b"".join(islice(lines, LINES_AT_ONCE)))
    while part := await fetch():
        yield part


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.seq),
        "event_type": entry.type,
        "actor": entry.actor,
        "payload": entry.payload,
        "hash": entry.hash,
        "created_at": timestamp(entry.created_at),
    }
