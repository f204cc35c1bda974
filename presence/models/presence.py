"""Presence: one session of a member that is connected or back within its lease."""

from django.db import models

from meshes.models import Member, Mesh


class Presence(models.Model):
    """The row lives as long as the presence; what outlives it is in `PeerState`.

    `disconnected_at` set: the socket is gone and the lease runs until `lease_expires_at`.
    """

    id = models.CharField(primary_key=True, max_length=32)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="presences")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="presences")
    node_id = models.CharField(max_length=32, db_index=True)
    session_id = models.CharField(max_length=256)
    session_key = models.CharField(max_length=64, blank=True)
    display_name = models.CharField(max_length=256)
    groups = models.JSONField(default=list)
    status = models.CharField(max_length=8, default="idle")
    status_source = models.CharField(max_length=8, default="inferred")
    status_at = models.DateTimeField()
    summary = models.TextField(null=True)
    visible = models.BooleanField(default=True)
    remote_addr = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    stats = models.JSONField(default=dict)
    connected_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "session_id", "session_key"], name="one_session_one_presence"
            )
        ]
        indexes = [
            models.Index(
                fields=["lease_expires_at"],
                condition=models.Q(lease_expires_at__isnull=False),
                name="presence_in_lease",
            )
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.session_id})"
