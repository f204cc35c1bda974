"""PeerState: what of a member survives its sessions."""

from django.db import models

from meshes.models import Member


class PeerState(models.Model):
    """Last groups, profile, summary, visibility and summed counters of one member."""

    member = models.OneToOneField(
        Member, primary_key=True, on_delete=models.CASCADE, related_name="peer_state"
    )
    groups = models.JSONField(default=list)
    profile = models.JSONField(default=dict)
    summary = models.TextField(null=True)
    visible = models.BooleanField(default=True)
    stats = models.JSONField(default=dict)
    last_seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.member_id)
