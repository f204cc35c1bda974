"""One attempt of a device to sign in (RFC 8628). Holds hashes of its three codes, never a code."""

from __future__ import annotations

from datetime import datetime

from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import models
from django.utils import timezone


class LoginState(models.TextChoices):
    """Where an attempt stands. Being expired is a matter of time, not of state."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    CONSUMED = "consumed"


class DeviceLogin(models.Model):
    """A device that waits for its person. What it says of itself is not proven."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    device_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    session_id_hash = models.CharField(max_length=64, unique=True, editable=False)
    user_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        max_length=16, choices=LoginState.choices, default=LoginState.PENDING, editable=False
    )
    hostname = models.CharField(max_length=255, blank=True, default="")
    platform = models.CharField(max_length=64, blank=True, default="")
    arch = models.CharField(max_length=64, blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    interval_s = models.PositiveSmallIntegerField()
    last_polled_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.state} sign-in of {self.hostname or 'unknown device'}"

    def is_over(self, now: datetime | None = None) -> bool:
        """True once the five minutes are up, whatever became of the attempt."""
        return self.expires_at <= (now or timezone.now())
