"""Reads of the accounts app."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from accounts import tokens
from accounts.models import CliSession, User


def session_of_token(token: str) -> CliSession | None:
    """The live device behind a bearer token, with its user; None when it opens no door.

    Both the signature and the row must hold, so a revoked device is out with its next request.
    """
    claims = tokens.read_claims(token)
    if claims is None:
        return None
    session = (
        CliSession.objects.select_related("user")
        .filter(token_hash=tokens.token_hash(token), revoked_at__isnull=True)
        .filter(expires_at__gt=timezone.now(), user__is_active=True)
        .first()
    )
    return session if session and session.user_id == claims.get("sub") else None


def live_sessions(user: User) -> QuerySet[CliSession]:
    """The devices of `user` whose token still counts, newest first."""
    return CliSession.objects.filter(
        user=user, revoked_at__isnull=True, expires_at__gt=timezone.now()
    ).order_by("-created_at")
