"""Recognizes who calls: by a CLI token in the Authorization header, or by a browser session.

The legacy shim (a body `user_id` without a bearer) is a third, in `accounts.api.legacy`.
"""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from accounts import selectors, services
from accounts.addresses import client_address
from accounts.models import CliSession, User


class BearerAuthentication(BaseAuthentication):
    """RFC 6750; the row decides, every time.

    `request.user` is the account, `request.auth` its CliSession.
    """

    def authenticate(self, request: Request) -> tuple[User, CliSession] | None:
        """None without a bearer header.

        Raises MeshError("empty_bearer_token") or MeshError("invalid_or_revoked_token").
        """
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = token.strip()
        if not token:
            raise MeshError("empty_bearer_token")
        session = selectors.session_of_token(token)
        if session is None:
            raise MeshError("invalid_or_revoked_token")
        services.note_seen(session=session, address=client_address(request))
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="claudemesh"'


class BrowserAuthentication(BaseAuthentication):
    """`request.user` is who signed in in this browser, `request.auth` is None.

    Unlike Django's pages, API views are exempt from its CSRF middleware; it is asked here, of
    everything that could change something. Put after BearerAuthentication: a bearer, if sent,
    decides alone.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """None without a session. Raises MeshError("csrf_failed")."""
        django_request: HttpRequest = request._request
        user = getattr(django_request, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        _check_csrf(django_request)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="claudemesh"'


def _check_csrf(request: HttpRequest) -> None:
    """Ask Django's middleware, which passes safe methods. Raises MeshError("csrf_failed")."""
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]  # never asked
    check.process_request(request)
    if check.process_view(request, None, (), {}):  # type: ignore[arg-type]  # no view
        raise MeshError("csrf_failed")
