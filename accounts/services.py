"""Writes of the accounts app: opening accounts, giving out tokens, revoking devices.

The audit log of devices plugs in here: each function below is one auditable event, and each
runs in one transaction.
"""

from __future__ import annotations

from datetime import timedelta

from claudemesh_wire.errors import MeshError
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import tokens
from accounts.models import CliSession, User

LAST_SEEN_EVERY = timedelta(minutes=1)


def open_account(*, email: str, name: str = "", password: str | None = None) -> User:
    """The account of `email`, made if there is none yet.

    Raises MeshError("malformed") for something that is no email address.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise MeshError("malformed", f'"{email}" is not an email address.') from error
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, password, name=name)


@transaction.atomic
def issue_token(
    *,
    user: User,
    token_type: tokens.TokenType = "cli-token",
    hostname: str = "",
    platform: str = "",
    arch: str = "",
) -> tuple[str, CliSession]:
    """Mint a token for one device. Returns the token (shown once, never stored) and its row."""
    minted = tokens.mint(user, token_type)
    session = CliSession.objects.create(
        user=user,
        token_hash=tokens.token_hash(minted.text),
        jti=minted.jti,
        hostname=hostname,
        platform=platform,
        arch=arch,
        expires_at=minted.expires_at,
    )
    return minted.text, session


def note_seen(*, session: CliSession, address: str | None) -> None:
    """Write when and from where a token was used: one conditional UPDATE, at most once a minute."""
    now = timezone.now()
    stale = now - LAST_SEEN_EVERY
    if session.last_seen_at is not None and session.last_seen_at > stale:
        return
    CliSession.objects.filter(
        Q(last_seen_at__isnull=True) | Q(last_seen_at__lte=stale), pk=session.pk
    ).update(last_seen_at=now, last_ip=address)


def revoke_token(*, token: str) -> bool:
    """Revoke the token itself, on behalf of whoever holds it. False when no such token is live."""
    now = timezone.now()
    live = CliSession.objects.filter(
        token_hash=tokens.token_hash(token), revoked_at__isnull=True, expires_at__gt=now
    )
    session = live.first()
    return session is not None and bool(live.update(revoked_at=now, revoked_by=session.user_id))


def revoke_session(*, user: User, session_id: str) -> None:
    """Revoke one of `user`'s own devices; doing it twice changes nothing.

    Raises MeshError("not_found") for a device that is not theirs.
    """
    owned = CliSession.objects.filter(user=user, pk=session_id)
    if not owned.exists():
        raise MeshError("not_found", "You have no such device.")
    owned.filter(revoked_at__isnull=True).update(revoked_at=timezone.now(), revoked_by=user)
