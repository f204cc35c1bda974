"""Message: ciphertext and routing data of one accepted `send`."""

from django.db import models

from meshes.models import Member, Mesh


class Message(models.Model):
    """Written once by the ledger, never changed; pruned when all its deliveries are.

    Foreign keys carry no database constraint: meshes are archived and members revoked but never
    deleted, and a check per row would be the largest cost of an insert. `subtype` is "reminder"
    for what the broker sends at its time, else the database's default, which a send leaves out.
    """

    id = models.CharField(primary_key=True, max_length=32)
    mesh = models.ForeignKey(
        Mesh, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    sender = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    sender_session_key = models.CharField(max_length=64, blank=True)
    sender_name = models.CharField(max_length=256)
    client_id = models.CharField(max_length=64, blank=True)
    target_spec = models.CharField(max_length=512)
    priority = models.CharField(max_length=4)
    nonce = models.TextField()
    ciphertext = models.TextField()
    encryption = models.CharField(max_length=5, blank=True)
    key_epoch = models.IntegerField(null=True)
    subtype = models.CharField(max_length=8, blank=True, db_default="")
    matched = models.IntegerField(default=0)
    online = models.IntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "client_id"],
                condition=~models.Q(client_id=""),
                name="one_client_id_one_message",
            )
        ]

    def __str__(self) -> str:
        return self.id
