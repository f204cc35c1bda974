"""Which device a request comes from."""

from __future__ import annotations

from rest_framework.request import Request

from accounts.models import CliSession


def device_of(request: Request) -> CliSession | None:
    """The device whose bearer token came with the request; None for a browser or nobody."""
    return request.auth if isinstance(request.auth, CliSession) else None
