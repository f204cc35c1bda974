"""Writes of the accounts app: opening accounts, giving out tokens, revoking devices.

Each runs in one transaction. Devices that come and go are in the audit log of their account.
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
from audit import chains, events
from audit.services import append

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
    _append(events.DEVICE_ADDED, session)
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


@transaction.atomic
def revoke_token(*, token: str) -> bool:
    """Revoke the token itself, on behalf of whoever holds it. False when no such token is live."""
    live = CliSession.objects.filter(
        token_hash=tokens.token_hash(token), expires_at__gt=timezone.now()
    )
    session = live.first()
    return session is not None and _revoke(session)


@transaction.atomic
def revoke_session(*, user: User, session_id: str) -> None:
    """Revoke one of `user`'s own devices; doing it twice changes nothing.

    Raises MeshError("not_found") for a device that is not theirs.
    """
    session = CliSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise MeshError("not_found", "You have no such device.")
    _revoke(session)


def _revoke(session: CliSession) -> bool:
    """Revoke a device by the account it belongs to; False if it was revoked before."""
    revoked = CliSession.objects.filter(pk=session.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=session.user_id
    )
    if revoked:
        _append(events.DEVICE_REVOKED, session)
    return bool(revoked)


def _append(event: str, session: CliSession) -> None:
    account = chains.of_account(session.user_id)
    append(
        mesh_id=account,
        type=event,
        actor=account,
        payload={"device": session.pk, "hostname": session.hostname},
    )
