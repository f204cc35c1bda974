"""Reads of the accounts app."""

from __future__ import annotations

from collections.abc import Callable

from claudemesh_wire.errors import MeshError
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import device_codes, tokens
from accounts.models import CliSession, DeviceLogin, User


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


def no_keys(user: User) -> set[str]:
    """The finder while nothing above this layer ties keys to devices."""
    return set()


devices_with_keys: Callable[[User], set[str]] = no_keys


def register_device_key_finder(finder: Callable[[User], set[str]]) -> None:
    """Let the layer of meshes say by which devices of a user usable keys came (their ids)."""
    global devices_with_keys
    devices_with_keys = finder


def left_sessions(user: User) -> QuerySet[CliSession]:
    """The devices of `user` that are signed out or expired and whose keys still open meshes."""
    kept = CliSession.objects.filter(user=user, pk__in=devices_with_keys(user))
    ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now())
    return kept.filter(ended).order_by("-created_at")


def login_of_device_code(device_code: str) -> DeviceLogin | None:
    """The attempt of the device that polls with this secret."""
    if len(device_code) > device_codes.MAX_CHARS:
        return None
    hashed = device_codes.secret_hash(device_code)
    return DeviceLogin.objects.filter(device_code_hash=hashed).first()


def login_of_session_id(session_id: str) -> DeviceLogin:
    """The attempt that a browser's address names. Raises MeshError("not_found")."""
    return _login_where(session_id, session_id_hash=device_codes.secret_hash(session_id))


def login_of_user_code(text: str) -> DeviceLogin:
    """The attempt of a code as a person types it. Raises MeshError("not_found").

    Whoever calls this counts the guesses (`accounts.guesses`).
    """
    code = device_codes.typed_user_code(text[: device_codes.MAX_CHARS])
    return _login_where(text, user_code_hash=device_codes.user_code_hash(code))


def _login_where(handle: str, **hashed: str) -> DeviceLogin:
    login = DeviceLogin.objects.filter(**hashed).first()
    if login is None or len(handle) > device_codes.MAX_CHARS:
        raise MeshError("not_found", "No device waits for that code.")
    return login
