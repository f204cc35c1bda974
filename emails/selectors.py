"""Reads who unsubscribed. Changes nothing."""

from __future__ import annotations

from emails import addresses
from emails.models import Unsubscribed


def is_unsubscribed(address: str) -> bool:
    """Whether optional mails to `address` are unwanted."""
    return Unsubscribed.objects.filter(pk__in=addresses.hashes_of(address)).exists()


def is_hash_unsubscribed(address_hash: str) -> bool:
    """The same for an address known by the hash in its link only."""
    return Unsubscribed.objects.filter(pk=address_hash).exists()
