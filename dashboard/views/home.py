"""`/`: what this is, how to begin, and this broker in numbers."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.selectors.counters import counters


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For everybody; who is signed in is shown the way to the dashboard."""
    context = {"install": f"curl -fsSL {settings.APP_URL}/install | sh", "counters": counters()}
    return render(request, "site/home.html", context)
