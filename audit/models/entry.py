"""One entry of an audit chain."""

from __future__ import annotations

import json
from typing import Any

from claudemesh_wire.audit import Entry, timestamp
from django.db import models
from msgspec import Raw

from audit.events import MESSAGE_SENT
from audit.models.append_only import AppendOnly

MAX_ID_CHARS = 64


class AuditEntry(AppendOnly):
    """What happened, when, by whom; written by `audit.services` only.

    `seq` counts from 1 without a gap in each chain. `payload_json` holds canonical JSON as text,
    since those bytes are what the hash is over. The hash before is not stored again: it is the
    entry before.
    """

    mesh_id = models.CharField(max_length=MAX_ID_CHARS)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=MAX_ID_CHARS)
    actor = models.CharField(max_length=MAX_ID_CHARS)
    payload_json = models.TextField()
    created_at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("mesh_id", "seq")
        constraints = (models.UniqueConstraint(fields=["mesh_id", "seq"], name="audit_one_chain"),)
        indexes = (
            # Messages are most of what there is and are left out, to keep them cheap to write.
            models.Index(
                fields=["mesh_id", "type", "seq"],
                condition=~models.Q(type=MESSAGE_SENT),
                name="audit_by_type",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mesh_id} {self.seq}: {self.type}"

    @property
    def payload(self) -> dict[str, Any]:
        """The payload, decoded."""
        decoded: dict[str, Any] = json.loads(self.payload_json)
        return decoded

    @property
    def as_wire(self) -> Entry:
        """The entry as it is hashed, verified and exported."""
        return Entry(
            self.mesh_id,
            self.seq,
            self.type,
            self.actor,
            Raw(self.payload_json),
            timestamp(self.created_at),
            self.hash,
        )
