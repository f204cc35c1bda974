"""Recognizes a CLI token in the Authorization header (RFC 6750). The row decides, every time.

The legacy shim (a body `user_id` without a bearer) would be a second authenticator next to
this one.
"""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import selectors, services
from accounts.addresses import client_address
from accounts.models import CliSession, User


class BearerAuthentication(BaseAuthentication):
    """`request.user` is the account, `request.auth` its CliSession."""

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
