"""Who wants no optional mail. Holds no address, only its hash."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Unsubscribed(models.Model):
    """An address that gets no invitations and no reminders until it says otherwise."""

    address_hash = models.CharField(primary_key=True, max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.address_hash[:12]}…"
