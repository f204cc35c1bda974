"""The accounts of the demo, their devices, and sign-ins that wait for an answer."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from accounts import services
from accounts.models import CliSession, User
from accounts.services import device_login
from tests.screenshots.people import ACCOUNTS, PASSWORD, address_of

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: Hostname, platform, architecture, days until the token ends, days since it was seen.
DEVICES = (
    (
        "alices-old-thinkpad-with-a-name-that-goes-on-and-on.lan.example.com",
        "linux",
        "x86_64",
        2,
        9,
    ),
    ("“Büro” <Mac> & Söhne", "darwin", "arm64", 21, 1),
    ("", "", "", 29, 0),
    ("DESKTOP-7F3K2Q9", "windows", "AMD64", 14, 0),
)


def open_all() -> dict[str, str]:
    """Accounts with verified addresses; a token to sign each machine in, by name."""
    tokens = {}
    for name, full_name in ACCOUNTS.items():
        make = User.objects.create_superuser if name == "operator" else User.objects.create_verified
        user = make(address_of(name), PASSWORD, name=full_name)
        token, _ = services.issue_token(
            user=user, hostname=f"{name}s-laptop", platform="linux", arch="x86_64"
        )
        tokens[name] = token
    return tokens


def age_devices() -> dict[str, str]:
    """Devices of alice's in every state, trent's second factor, device logins and a reset link."""
    alice, trent = _user("alice"), _user("trent")
    now = timezone.now()
    for hostname, platform, arch, days_left, days_ago in DEVICES:
        _, device = services.issue_token(
            user=alice, hostname=hostname, platform=platform, arch=arch
        )
        CliSession.objects.filter(pk=device.pk).update(
            created_at=now - timedelta(days=30 - days_left),
            expires_at=now + timedelta(days=days_left, hours=3),
            last_seen_at=now - timedelta(days=days_ago, minutes=17),
            last_ip="203.0.113.7" if days_left % 2 else "2001:db8:85a3::8a2e:370:7334",
        )
    TOTP.activate(trent, TOTP_SECRET)
    RecoveryCodes.activate(trent)
    key = default_token_generator.make_token(_user("erin"))
    reset = f"/password/reset/{user_pk_to_url_str(_user('erin'))}-{key}"
    return {"reset": reset, "totp_secret": TOTP_SECRET} | _logins()


def _logins() -> dict[str, str]:
    asking = {
        "waiting": ("build-box-3", "linux", "aarch64", "198.51.100.23"),
        "to_approve": ("alices-new-laptop", "darwin", "arm64", "127.0.0.1"),
        "to_deny": ("unknown-machine", "linux", "x86_64", "198.51.100.99"),
    }
    return {
        name: device_login.start(
            hostname=hostname, platform=platform, arch=arch, address=address
        ).session_id
        for name, (hostname, platform, arch, address) in asking.items()
    }


def _user(name: str) -> User:
    return User.objects.get(email=address_of(name))
