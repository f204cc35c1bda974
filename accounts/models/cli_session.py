"""A signed-in device. Holds the hash of its token, never the token."""

from __future__ import annotations

from datetime import datetime

from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import models
from django.utils import timezone


class CliSession(models.Model):
    """One bearer token given out; the row decides whether the token still counts."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cli_sessions"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    jti = models.CharField(max_length=64, unique=True, editable=False)
    hostname = models.CharField(max_length=255, blank=True, default="")
    platform = models.CharField(max_length=64, blank=True, default="")
    arch = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_ip = models.GenericIPAddressField(null=True, blank=True)
    expires_at = models.DateTimeField()
    expiry_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=["user", "-created_at"], name="cli_session_by_user"),
            models.Index(
                fields=["expires_at"],
                name="cli_session_unwarned",
                condition=models.Q(expiry_warned_at__isnull=True, revoked_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} on {self.hostname or 'unknown device'}"

    def is_live(self, now: datetime | None = None) -> bool:
        """True while the token still opens doors: neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > (now or timezone.now())
