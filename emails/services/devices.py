"""Mails about the devices of an account. Signs none in or out."""

from __future__ import annotations

from datetime import datetime

from emails.delivery import deliver
from emails.lines import moment, name
from emails.mail import Mail


def send_new_device(
    *, to: str, device: str, address: str | None, at: datetime, devices_url: str
) -> bool:
    """A device was signed in. Always goes: it is how one learns of a stolen password."""
    device = name(device, otherwise="A device without a name")
    return deliver(
        Mail(
            to=to,
            subject=f"New device on your Claudemesh account: {device}",
            template="new_device",
            context={
                "device": device,
                "address": name(address or "", otherwise="unknown"),
                "when": moment(at),
                "devices_url": devices_url,
            },
        )
    ).taken


def send_expiry_warning(*, to: str, device: str, expires_at: datetime, devices_url: str) -> bool:
    """A device is about to be signed out by age. Optional: may be unsubscribed."""
    device = name(device, otherwise="A device without a name")
    return deliver(
        Mail(
            to=to,
            subject=f"Claudemesh on {device} will soon be signed out",
            template="expiry_warning",
            optional=True,
            context={"device": device, "until": moment(expires_at), "devices_url": devices_url},
        )
    ).taken
