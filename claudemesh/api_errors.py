"""Renders every refusal over HTTP as `{"error": code, "message": sentence}`; decides none."""

import math
from http import HTTPStatus
from typing import Any

from claudemesh_wire.errors import MeshError
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.csrf import csrf_failure as html_csrf_failure
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

# Paths that programs call. Everything else is a page for a person and fails as one.
API_PREFIXES = ("/cli", "/api", "/invites", "/join", "/hook", "/mesh")
OK_FALSE_PATHS = ("/join", "/cli-sync")

DRF_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "malformed",
    exceptions.NotAuthenticated: "missing_bearer_token",
    exceptions.AuthenticationFailed: "invalid_or_revoked_token",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "rate_limit",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: a response for what is known, None for a bug (Django answers 500)."""
    if isinstance(error, RequestDataTooBig):
        error = MeshError("too_large")
    if isinstance(error, MeshError):
        # Raised as DRF's own class so that an open transaction is rolled back as usual.
        drf_exception_handler(exceptions.APIException(), context)
        return mesh_error_response(error, path=context["request"].path)
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    mesh_error = from_drf(error, status=response.status_code)
    response.data = body(mesh_error, path=context["request"].path)
    return response


def from_drf(error: Exception, *, status: int) -> MeshError:
    """The table's row for a DRF (or Django) exception that DRF answered with `status`."""
    code = next((code for kind, code in DRF_CODES.items() if isinstance(error, kind)), None)
    if code is None:
        code = {404: "not_found", 403: "forbidden"}.get(status, "malformed")
    message = validation_message(error) if isinstance(error, exceptions.ValidationError) else None
    return MeshError(code, message, http_status=status)


def validation_message(error: exceptions.ValidationError) -> str:
    """One sentence that names the fields at fault."""
    if not isinstance(error.detail, dict):
        return "; ".join(str(item) for item in error.detail)
    return " ".join(f"{field}: {first_text(detail)}" for field, detail in error.detail.items())


def first_text(detail: Any) -> str:
    """The first sentence in DRF's nested lists and dictionaries of errors."""
    while isinstance(detail, (list, dict)) and detail:
        detail = next(iter(detail.values())) if isinstance(detail, dict) else detail[0]
    return str(detail)


def mesh_error_response(error: MeshError, *, path: str) -> Response:
    """A DRF response for `error`, with Retry-After (seconds) where it says when."""
    response = Response(body(error, path=path), status=error.http_status)
    if error.retry_after_ms is not None:
        response["Retry-After"] = str(math.ceil(error.retry_after_ms / 1000))
    return response


def body(error: MeshError, *, path: str) -> dict[str, Any]:
    """The JSON of `error`; `/join` and `/cli-sync` also say `ok: false`."""
    content: dict[str, Any] = {"error": error.code, "message": error.message}
    if error.retry_after_ms is not None:
        content["retryAfterMs"] = error.retry_after_ms
    if error.candidates:
        content["candidates"] = error.candidates
    return {"ok": False, **content} if path.rstrip("/") in OK_FALSE_PATHS else content


def is_api(request: HttpRequest) -> bool:
    """Whether `request` is one that a program makes."""
    first = "/" + request.path.lstrip("/").split("/", 1)[0]
    return first in API_PREFIXES or first == "/cli-sync"


def refuse(request: HttpRequest, code: str, status: HTTPStatus) -> JsonResponse:
    """The JSON refusal `code` outside DRF."""
    error = MeshError(code, http_status=status)
    return JsonResponse(body(error, path=request.path), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400; 413 for a body over the limit."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return refuse(request, "too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return refuse(request, "malformed", HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 403."""
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    return refuse(request, "forbidden", HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404, for addresses that nothing answers."""
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    return refuse(request, "not_found", HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500; the traceback is in the log, never in the answer."""
    if not is_api(request):
        return defaults.server_error(request)
    return refuse(request, "internal", HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF refusal."""
    if not is_api(request):
        return html_csrf_failure(request, reason)
    return refuse(request, "csrf_failed", HTTPStatus.FORBIDDEN)
