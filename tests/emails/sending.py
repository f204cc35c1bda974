"""Every mail with sample arguments, and what of it must never be logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from emails import services
from emails.services import trial

APP = "http://localhost:7900"
AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
MOMENT = "2 January 2030, 03:04:05 UTC"
DAVE = "dave@example.com"
INVITE = f"{APP}/i/AbCdEf23"
RESET_KEY = "2b-d1ka9x-0123456789abcdef0123456789abcdef"
RESET = f"{APP}/password/reset/{RESET_KEY}"
CODE = "73KQ9F"
DEVICES = f"{APP}/dashboard/devices"

invite = partial(
    services.send_invitation,
    to=DAVE,
    mesh_name="Acme",
    inviter_name="Alice",
    url=INVITE,
    expires_at=AT,
    role="member",
)
new_device = partial(
    services.send_new_device,
    to=DAVE,
    device="laptop",
    address="203.0.113.7",
    at=AT,
    devices_url=DEVICES,
)
warn_of_expiry = partial(
    services.send_expiry_warning, to=DAVE, device="laptop", expires_at=AT, devices_url=DEVICES
)


def send_test() -> bool:
    return trial.send_test(to=DAVE).taken


#: By template. Each sends its mail and answers whether it was taken.
SENDERS: dict[str, Callable[[], bool]] = {
    "invitation": invite,
    "verification_code": partial(services.send_verification_code, to=DAVE, code=CODE),
    "account_exists": partial(
        services.send_account_exists,
        to=DAVE,
        login_url=f"{APP}/login",
        reset_url=f"{APP}/password/reset",
    ),
    "password_reset": partial(services.send_password_reset, to=DAVE, url=RESET),
    "password_reset_unknown": partial(services.send_password_reset_unknown, to=DAVE),
    "password_changed": partial(
        services.send_password_changed, to=DAVE, at=AT, address="203.0.113.7"
    ),
    "new_device": new_device,
    "expiry_warning": warn_of_expiry,
    "mfa_changed": partial(
        services.send_mfa_changed, to=DAVE, what="an authenticator app was added", at=AT
    ),
    "test_mail": send_test,
}
OPTIONAL = {"invitation", "expiry_warning"}
SECRETS = ("AbCdEf23", RESET_KEY, CODE)
