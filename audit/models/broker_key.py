"""The broker's own signing keys."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class BrokerKey(models.Model):
    """An ed25519 key that checkpoints are signed with. Rows are kept: old signatures need them.

    The secret is encrypted under BROKER_ENCRYPTION_KEY (`storing.vault`), so that a stolen
    database cannot sign; `audit.keys` trusts a row only if its secret opens.
    """

    public = models.CharField(primary_key=True, max_length=64)
    secret_encrypted = models.TextField()
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["current"], condition=models.Q(current=True), name="one_current_broker_key"
            ),
        )

    def __str__(self) -> str:
        return self.public
