"""One mail of each kind, to a reader without an account. What they say is for `emails`."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from emails import links, services
from tests.screenshots.seeding import MAILS_TO


def write() -> dict[str, str]:
    """Send them; the link out of the optional ones."""
    at, to = timezone.now(), MAILS_TO
    devices = f"{settings.APP_URL}/dashboard/devices"
    services.send_invitation(
        to=to,
        mesh_name="Orchard",
        inviter_name="Alice Marsh",
        url=f"{settings.APP_URL}/i/Vq7mX2bT",
        expires_at=at + timedelta(days=7),
        role="member",
    )
    services.send_verification_code(to=to, code="K7QM4T")
    services.send_account_exists(
        to=to, login_url=f"{settings.APP_URL}/login", reset_url=f"{settings.APP_URL}/password/reset"
    )
    services.send_password_reset(to=to, url=f"{settings.APP_URL}/password/reset/1a-c4f2")
    services.send_password_reset_unknown(to=to)
    services.send_password_changed(to=to, at=at, address="203.0.113.7")
    services.send_mfa_changed(to=to, what="an authenticator app was added", at=at)
    services.send_new_device(
        to=to, device="build-box-3", address="198.51.100.23", at=at, devices_url=devices
    )
    services.send_expiry_warning(
        to=to, device="thistle", expires_at=at + timedelta(days=2), devices_url=devices
    )
    return {"unsubscribe": links.unsubscribe_url(to)}
