"""Giving out tokens and revoking devices. Each is in the audit log of its account."""

from __future__ import annotations

from datetime import timedelta

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import notices, selectors, tokens
from accounts.models import CliSession, User
from accounts.signals import device_revoked
from audit import chains, events
from audit.services import append

LAST_SEEN_EVERY = timedelta(minutes=1)


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
    _append(events.DEVICE_ADDED, session, by_user_id=user.pk)
    return minted.text, session


@transaction.atomic
def add_device(
    *,
    user: User,
    token_type: tokens.TokenType,
    address: str | None,
    hostname: str = "",
    platform: str = "",
    arch: str = "",
) -> tuple[str, CliSession]:
    """Mint a token as `issue_token` does, and tell the account by mail that a device was added.

    `address` is where the device was signed in from, for that mail.
    """
    token, session = issue_token(
        user=user, token_type=token_type, hostname=hostname, platform=platform, arch=arch
    )
    notices.new_device(session, address=address)
    return token, session


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
    """Log out: revoke the token itself, on behalf of whoever holds it.

    False when no such token is live.
    """
    live = CliSession.objects.filter(
        token_hash=tokens.token_hash(token), expires_at__gt=timezone.now()
    )
    session = live.first()
    return session is not None and _revoke(session, by_user_id=session.user_id, by_itself=True)


@transaction.atomic
def revoke_session(
    *, user: User, session_id: str, asking: CliSession | None = None, by: User | None = None
) -> None:
    """Revoke one of `user`'s own devices; doing it twice changes nothing.

    `asking` is the device that asks, if one does: for itself that is logging out. `by` is who
    does it when that is not the account itself (an operator). Raises MeshError("not_found") for
    a device that is not theirs.
    """
    session = CliSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise MeshError("not_found", "You have no such device.")
    itself = asking is not None and asking.pk == session.pk
    _revoke(session, by_user_id=(by or user).pk, by_itself=itself)


def revoke_others(*, user: User, asking: CliSession | None) -> int:
    """Revoke every live device of `user` but the one that asks (a browser is none); how many.

    One transaction a device, so that no two of them take locks crosswise; doing it again
    finishes what was interrupted.
    """
    others = selectors.live_sessions(user).exclude(pk=asking.pk if asking else "")
    return sum([_revoke_alone(session, by_user_id=user.pk) for session in others])


@transaction.atomic
def _revoke_alone(session: CliSession, *, by_user_id: str) -> bool:
    return _revoke(session, by_user_id=by_user_id, by_itself=False)


def _revoke(session: CliSession, *, by_user_id: str, by_itself: bool) -> bool:
    """Revoke a device and announce it; False if it was revoked before. Its audit entry is last.

    A device that logged out by itself is still announced when it is then signed out from
    elsewhere: whoever has the machine could log out first, to keep its keys.
    """
    revoked = CliSession.objects.filter(pk=session.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=by_user_id
    )
    if not revoked and by_itself:
        return False
    device_revoked.send(
        sender=CliSession,
        session_id=session.pk,
        user_id=session.user_id,
        by_user_id=by_user_id,
        by_itself=by_itself,
    )
    if revoked:
        _append(events.DEVICE_REVOKED, session, by_user_id=by_user_id)
    return bool(revoked)


def _append(event: str, session: CliSession, *, by_user_id: str) -> None:
    append(
        mesh_id=chains.of_account(session.user_id),
        type=event,
        actor=chains.of_account(by_user_id),
        payload={"device": session.pk, "hostname": session.hostname},
    )
