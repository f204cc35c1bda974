"""Stops and resumes optional mails to an address that is known by its hash only."""

from __future__ import annotations

from emails.models import Unsubscribed


def unsubscribe(*, address_hash: str) -> None:
    """No invitations and reminders to the address any more; doing it twice changes nothing."""
    Unsubscribed.objects.get_or_create(address_hash=address_hash)


def resubscribe(*, address_hash: str) -> None:
    """Send them again."""
    Unsubscribed.objects.filter(pk=address_hash).delete()
