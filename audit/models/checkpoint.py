"""A head of a chain, signed by the broker."""

from __future__ import annotations

from claudemesh_wire import checkpoints as wire
from claudemesh_wire.audit import timestamp
from django.db import models

from audit.models.append_only import AppendOnly
from audit.models.broker_key import BrokerKey
from audit.models.entry import MAX_ID_CHARS


class Checkpoint(AppendOnly):
    """A stored checkpoint (the signed statement is `claudemesh_wire.checkpoints.Checkpoint`)."""

    mesh_id = models.CharField(max_length=MAX_ID_CHARS)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    key = models.ForeignKey(BrokerKey, on_delete=models.PROTECT, related_name="+")
    signature = models.CharField(max_length=128)

    class Meta:
        indexes = (models.Index(fields=["mesh_id", "seq"], name="checkpoints_of_a_chain"),)

    def __str__(self) -> str:
        return f"{self.mesh_id} {self.seq} signed"

    @property
    def as_wire(self) -> wire.Checkpoint:
        """The checkpoint as clients and exports get it."""
        return wire.Checkpoint(
            self.mesh_id,
            self.seq,
            self.hash,
            timestamp(self.signed_at),
            self.key_id,
            self.signature,
        )
