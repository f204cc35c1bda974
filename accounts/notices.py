"""Mails to an account about its devices, sent after the commit and off the request.

A token is handed out once: the answer that carries it must not wait for a mail provider.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import CliSession
from emails import services as emails

AT_ONCE = 4

_senders = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notices")


def devices_url() -> str:
    """Where an account sees its devices and signs them out."""
    return f"{settings.APP_URL}/dashboard/devices"


def new_device(session: CliSession, *, address: str | None) -> None:
    """Once the transaction is committed, tell the account that a device was signed in."""
    to, device, at = session.user.email, session.hostname, timezone.now()

    def send() -> None:
        emails.send_new_device(
            to=to, device=device, address=address, at=at, devices_url=devices_url()
        )

    transaction.on_commit(lambda: _senders.submit(send), robust=True)
