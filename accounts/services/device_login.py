"""Signing a device in by a person in a browser (RFC 8628): start, look up, approve, deny.

Every answer is one conditional UPDATE, so whatever is done twice at once is done once. How the
device hears of it is for `device_polling`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from claudemesh_wire.errors import MeshError
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import device_codes, guesses, selectors
from accounts.models import DeviceLogin, LoginState, User

LIFETIME = timedelta(minutes=5)
INTERVAL_S = 5
#: How long the end of an attempt can still be asked for; then it is deleted, some at a time.
KEPT = timedelta(minutes=10)
DELETED_AT_ONCE = 100


@dataclass(frozen=True)
class Started:
    """The codes of a new attempt. They are shown once; the database has their hashes."""

    device_code: str
    user_code: str
    session_id: str
    expires_at: datetime
    interval_s: int

    @property
    def verification_url(self) -> str:
        """The page on which a person answers."""
        return f"{settings.APP_URL}/cli-auth?session={self.session_id}"

    @property
    def token_url(self) -> str:
        """The page that makes a token to paste, for when the other one cannot be reached."""
        return f"{settings.APP_URL}/token"


@dataclass(frozen=True)
class Attempt:
    """A device that waits, as a person is shown it. `handle` is what to approve or deny it by."""

    handle: str
    user_code: str
    hostname: str
    platform: str
    arch: str
    address: str | None
    created_at: datetime
    expires_at: datetime


@transaction.atomic
def start(
    *, address: str | None, hostname: str = "", platform: str = "", arch: str = ""
) -> Started:
    """Make an attempt that waits five minutes for its person."""
    now = timezone.now()
    _delete_old(now)
    session_id, device_code = _unused_session_id(), device_codes.new_device_code()
    user_code = device_codes.user_code_of(session_id)
    login = DeviceLogin.objects.create(
        device_code_hash=device_codes.secret_hash(device_code),
        session_id_hash=device_codes.secret_hash(session_id),
        user_code_hash=device_codes.user_code_hash(user_code),
        hostname=hostname,
        platform=platform,
        arch=arch,
        address=address,
        created_at=now,
        expires_at=now + LIFETIME,
        interval_s=INTERVAL_S,
    )
    return Started(device_code, user_code, session_id, login.expires_at, login.interval_s)


def look_up(*, handle: str, user: User | None, address: str | None) -> Attempt:
    """The attempt that waits under a session id or a user code, for the person to look at.

    Raises MeshError "not_found"; "expired" when nothing waits there any more; "rate_limit"
    for a user code after five wrong ones from that account or address.
    """
    login = _find(handle, user, address)
    if login.state != LoginState.PENDING or login.is_over():
        raise _gone(login)
    by_session = device_codes.is_session_id(handle)
    make = device_codes.user_code_of if by_session else device_codes.typed_user_code
    return Attempt(
        handle=handle,
        user_code=make(handle),
        hostname=login.hostname,
        platform=login.platform,
        arch=login.arch,
        address=login.address,
        created_at=login.created_at,
        expires_at=login.expires_at,
    )


def approve(*, handle: str, user: User, address: str | None) -> None:
    """Let a device in as `user`; approving twice is approving once. Raises as `look_up` does."""
    login = _find(handle, user, address)
    mine = Q(state=LoginState.PENDING) | Q(state=LoginState.APPROVED, approved_by=user)
    _answer(login, mine, state=LoginState.APPROVED, approved_by=user)


def deny(*, handle: str, user: User, address: str | None) -> None:
    """Turn a device away, or take back one's own approval before the device has picked it up.

    Denying twice is denying once. Raises as `look_up` does.
    """
    login = _find(handle, user, address)
    open_to_me = Q(state__in=(LoginState.PENDING, LoginState.DENIED)) | Q(
        state=LoginState.APPROVED, approved_by=user
    )
    _answer(login, open_to_me, state=LoginState.DENIED, approved_by=None)


def _find(handle: str, user: User | None, address: str | None) -> DeviceLogin:
    """The row behind a session id, or behind a user code, which can be guessed so often only."""
    if device_codes.is_session_id(handle):
        return selectors.login_of_session_id(handle)
    with guesses.one_guess(user_id=user.pk if user else None, address=address):
        return selectors.login_of_user_code(handle)


def _answer(login: DeviceLogin, may: Q, *, state: LoginState, approved_by: User | None) -> None:
    waiting = DeviceLogin.objects.filter(may, pk=login.pk, expires_at__gt=timezone.now())
    if not waiting.update(state=state, approved_by=approved_by):
        raise _gone(login)


def _gone(login: DeviceLogin) -> MeshError:
    if login.is_over():
        return MeshError("expired", "That was too late; run claudemesh login again.")
    return MeshError("expired", "That device has its answer already.")


def _unused_session_id() -> str:
    """A session id whose user code no other attempt in the table has."""
    while True:
        session_id = device_codes.new_session_id()
        taken = device_codes.user_code_hash(device_codes.user_code_of(session_id))
        if not DeviceLogin.objects.filter(user_code_hash=taken).exists():
            return session_id


def _delete_old(now: datetime) -> None:
    """Delete some attempts that are long over; each new one makes room for many."""
    old = DeviceLogin.objects.filter(expires_at__lt=now - KEPT).order_by("expires_at")
    locked = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
    DeviceLogin.objects.filter(pk__in=list(locked[:DELETED_AT_ONCE])).delete()
