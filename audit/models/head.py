"""The end of each audit chain: what the next entry continues, and the lock to append under."""

from __future__ import annotations

from django.db import models

from audit.models.entry import MAX_ID_CHARS


class AuditHead(models.Model):
    """One row a chain. Whoever holds its row lock may append; see `audit.storage`."""

    mesh_id = models.CharField(primary_key=True, max_length=MAX_ID_CHARS)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.mesh_id} {self.seq}"
