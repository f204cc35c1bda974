"""BROKER_LEGACY_AUTH: trusts a `user_id` in place of a token, for clients older than tokens.

Off unless the operator turns it on, for whoever knows an account's id is that account then.
Views of the browser and of an account's devices never ask it.
"""

from __future__ import annotations

import logging
import re

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import metrics
from accounts.models import User

logger = logging.getLogger(__name__)

USER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: RFC 9745: when tokens took over, as seconds since 1970 (2026-11-24).
DEPRECATED_AT = "@1795478400"
WARNING = '299 - "A user_id without a token is trusted for now; sign in with: claudemesh login"'


class LegacyAuthentication(BaseAuthentication):
    """Asked last, and only of requests without an Authorization header."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """None unless the shim is on and the body (GET: the query) names an active account.

        The body is read here, before anybody is known; it is bounded by the parser, which
        raises MeshError("malformed") or MeshError("too_large").
        """
        if not settings.BROKER_LEGACY_AUTH or "Authorization" in request.headers:
            return None
        reading = request.method in ("GET", "HEAD")
        given = request.query_params if reading else request.data
        user_id = given.get("user_id") if isinstance(given, dict) else None
        if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
            return None
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            return None
        metrics.legacy_auth_hits.inc()
        logger.warning("BROKER_LEGACY_AUTH let in %s to %s without a token.", user.pk, request.path)
        request.let_in_by_shim = True  # type: ignore[attr-defined]
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="claudemesh"'


def mark(request: Request, response: Response) -> None:
    """Tell a client that came in by the shim that this will end (RFC 9745, RFC 7234 5.5)."""
    if getattr(request, "let_in_by_shim", False):
        response["Deprecation"] = DEPRECATED_AT
        response["Warning"] = WARNING
