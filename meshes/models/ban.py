"""The ban row: who was removed from a mesh for good, by whom and why, and who let them back."""

from __future__ import annotations

from claudemesh_wire.ids import new_id
from django.db import models
from django.utils import timezone

from meshes.models.member import Member
from meshes.models.mesh import Mesh


class Ban(models.Model):
    """A record; `Member.revoked_at` is the switch. At most one ban of a member is not lifted."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="bans")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="bans")
    banned_by = models.ForeignKey(Member, on_delete=models.RESTRICT, related_name="+")
    banned_at = models.DateTimeField(default=timezone.now, editable=False)
    reason = models.CharField(max_length=2000, blank=True, default="")
    lifted_by = models.ForeignKey(
        Member, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-banned_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_ban_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} in {self.mesh_id}"
