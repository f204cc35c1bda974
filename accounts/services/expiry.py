"""Warning people, once a device, that it will soon be signed out by age. Signs nothing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.models import CliSession
from emails import services as emails

WARN_BEFORE = timedelta(days=3)


@dataclass(frozen=True)
class ExpiryWarning:
    """A mail that is due: to whom, about which device."""

    to: str
    device: str
    expires_at: datetime


@transaction.atomic
def warn_expiring(*, limit: int) -> list[ExpiryWarning]:
    """Claim up to `limit` devices that expire within three days, for their people to be told.

    Each is claimed by one conditional UPDATE, so of several nodes one warns. Send what is
    returned after the commit: a warning is lost rather than sent twice.
    """
    now = timezone.now()
    unwarned = CliSession.objects.filter(revoked_at__isnull=True, expiry_warned_at__isnull=True)
    due = unwarned.filter(
        expires_at__gt=now, expires_at__lte=now + WARN_BEFORE, user__is_active=True
    )
    claimed = [
        session
        for session in due.select_related("user").order_by("expires_at", "pk")[:limit]
        if unwarned.filter(pk=session.pk).update(expiry_warned_at=now)
    ]
    return [ExpiryWarning(each.user.email, each.hostname, each.expires_at) for each in claimed]


def send_warning(warning: ExpiryWarning) -> bool:
    """Send one of them; may take as long as a mail provider does. False if it was not taken."""
    return emails.send_expiry_warning(
        to=warning.to,
        device=warning.device,
        expires_at=warning.expires_at,
        devices_url=notices.devices_url(),
    )
