"""Hears what the accounts app announces, inside its transactions."""

from typing import Any

from accounts.signals import device_revoked
from meshes.services.suspension import suspend_device


def connect() -> None:
    """Subscribes to the signals of accounts."""
    device_revoked.connect(on_device_revoked, dispatch_uid="meshes.device_revoked")


def on_device_revoked(
    sender: Any, *, session_id: str, by_user_id: str, by_itself: bool, **_: Any
) -> None:
    """A machine that logs out by itself is still trusted; one signed out from elsewhere is not."""
    if not by_itself:
        suspend_device(device_id=session_id, by_user_id=by_user_id)
