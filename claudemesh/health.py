"""`/health`, `/health/ready` and `/metrics`. Shows what readiness finds; changes nothing."""

import hmac
from http import HTTPStatus
from typing import Any

from claudemesh_wire.errors import MeshError
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from claudemesh import __version__, process, readiness


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers, whatever state the database is in."""
    database = "up" if readiness.database_is_up() else "down"
    return JsonResponse({"status": "ok", "db": database, **identity()})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when this process should get traffic, else 503 with the reason."""
    problem = readiness.why_not_ready()
    if problem is None:
        return JsonResponse({"status": "ready", **identity()})
    return JsonResponse(
        {"status": "not_ready", **problem, **identity()}, status=HTTPStatus.SERVICE_UNAVAILABLE
    )


def identity() -> dict[str, Any]:
    """Which code, and which process, is answering."""
    return {
        "version": __version__,
        "git_sha": settings.GIT_SHA,
        "uptime_s": process.uptime_s(),
        "node": process.node_name(),
    }


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; with METRICS_TOKEN set only for `Authorization: Bearer <token>`."""
    if not may_read_metrics(request):
        error = MeshError("invalid_or_revoked_token", "Send METRICS_TOKEN as a bearer token.")
        return JsonResponse({"error": error.code, "message": error.message}, status=401)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: HttpRequest) -> bool:
    """Whether the request carries the token, compared in constant time."""
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return not settings.METRICS_TOKEN or hmac.compare_digest(given, expected)
