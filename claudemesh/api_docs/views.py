"""Shows the page of the HTTP API."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from claudemesh.api_docs.operations import Section, sections


@cache
def drawn_sections() -> list[Section]:
    """The schema as the page shows it; the views cannot change while a process runs."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return sections(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every call: who may make it, what it takes, answers and refuses."""
    return render(request, "api_docs.html", {"sections": drawn_sections()})
