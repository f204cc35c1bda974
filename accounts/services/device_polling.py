"""What a device that waits for its person is told when it asks (RFC 8628, section 3.4 and 3.5).

Reads come before any transaction: on SQLite one would hold up every writer for whoever polls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import selectors
from accounts.models import DeviceLogin, LoginState, User
from accounts.services.devices import add_device

#: RFC 8628, section 3.5: polling too fast adds five seconds. Bounded, and so are the writes.
SLOW_DOWN_S = 5
MAX_INTERVAL_S = 60
#: Nodes whose clocks differ by less than this do not blame each other's clients.
TOLERANCE = timedelta(seconds=1)


@dataclass(frozen=True)
class Polled:
    """The answer to a poll; `token` and `user` come with the one poll that is `approved`."""

    status: str
    interval_s: int | None = None
    slow_down: bool = False
    token: str | None = None
    user: User | None = None


EXPIRED = Polled("expired")


def poll(*, device_code: str, address: str | None) -> Polled:
    """What became of an attempt. The first poll after the approval takes the token along."""
    login = selectors.login_of_device_code(device_code)
    if login is None:
        return EXPIRED
    if login.state in (LoginState.DENIED, LoginState.CONSUMED):
        return Polled(login.state)
    now = timezone.now()
    if login.is_over(now):
        return EXPIRED
    if login.state == LoginState.APPROVED:
        return _pick_up(login, address)
    return _wait(login, now)


@transaction.atomic
def _pick_up(login: DeviceLogin, address: str | None) -> Polled:
    """Mint the token in the transaction that marks the attempt as consumed.

    An approval never changes hands, so whoever approved what was read has approved it still.
    """
    row = DeviceLogin.objects.filter(pk=login.pk)
    # On columns of the row alone: PostgreSQL checks those again after waiting for a lock, while
    # a condition on the account would be a subquery that answers as of before the wait.
    if not row.filter(state=LoginState.APPROVED).update(state=LoginState.CONSUMED):
        return Polled(row.values_list("state", flat=True).first() or "expired")
    user = User.objects.get(pk=login.approved_by_id)
    if not user.is_active:
        row.update(state=LoginState.DENIED)
        return Polled("denied")
    token, _ = add_device(
        user=user,
        token_type="cli-session",
        address=address,
        hostname=login.hostname,
        platform=login.platform,
        arch=login.arch,
    )
    return Polled("approved", token=token, user=user)


def _wait(login: DeviceLogin, now: datetime) -> Polled:
    """Still pending. A poll before its time makes the interval longer, up to a minute."""
    due = now - timedelta(seconds=login.interval_s) + TOLERANCE
    row = DeviceLogin.objects.filter(pk=login.pk)
    if row.filter(Q(last_polled_at=None) | Q(last_polled_at__lte=due)).update(last_polled_at=now):
        return Polled("pending", interval_s=login.interval_s)
    row.filter(interval_s__lt=MAX_INTERVAL_S).update(
        interval_s=F("interval_s") + SLOW_DOWN_S, last_polled_at=now
    )
    interval_s = row.values_list("interval_s", flat=True).first()
    return Polled("pending", interval_s=interval_s, slow_down=True)
