"""Delivery: one message on its way to one recipient."""

from django.db import models

from meshes.models import Member
from presence.models.message import Message


class DeliveryState(models.TextChoices):
    """How far a delivery has come. `pending` is the only state that is still pushed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    HANDED = "handed"
    READ = "read"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"


class Delivery(models.Model):
    """`address` names the session it is for (see `Peer.address`); "" means the member's next.

    `id` rises in the order of commits of one sender: it is the order of delivery. `attempt`
    counts pushes; the first one, straight after the commit, is counted when the row is made.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, related_name="deliveries"
    )
    member = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    address = models.CharField(max_length=64, blank=True)
    recipient_name = models.CharField(max_length=256)
    priority = models.CharField(max_length=4)
    state = models.CharField(
        max_length=13, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    reason = models.CharField(max_length=32, blank=True)
    attempt = models.IntegerField(default=0)
    expires_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["member", "id"],
                condition=models.Q(state="pending"),
                name="delivery_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.recipient_name}"
