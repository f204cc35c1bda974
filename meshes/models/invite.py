"""The invite row: a code, what it grants, how often and how long it may be used."""

from __future__ import annotations

from datetime import datetime

from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from meshes.models.member import Member
from meshes.models.mesh import Mesh


class Invite(models.Model):
    """A way into a mesh. Serves both the long v1 token and the short v2 code.

    `token` holds the mesh root key and is therefore encrypted at rest; `token_hash` (SHA-256,
    hex) finds the row for a token that comes in. `canonical_v2` and `signature_v2` are what the
    claim hands to the newcomer as proof that the mesh owner's key signed this invite.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="invites")
    code = models.CharField(max_length=16, unique=True, editable=False)
    version = models.PositiveSmallIntegerField(default=2, editable=False)
    role = models.CharField(
        max_length=16, choices=Member.Role.choices[1:], default=Member.Role.MEMBER
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    max_uses = models.PositiveIntegerField(default=1)
    used_count = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    token = models.TextField(blank=True, default="", editable=False)
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    canonical_v2 = models.TextField(blank=True, default="", editable=False)
    signature_v2 = models.CharField(max_length=128, blank=True, default="", editable=False)
    email = models.EmailField(blank=True, default="")

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=["mesh", "-created_at"], name="invite_by_mesh"),
            models.Index(fields=["email"], condition=~Q(email=""), name="invite_by_email"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(used_count__lte=F("max_uses")), name="invite_not_overused"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["admin", "member"]), name="invite_role_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} into {self.mesh_id}"

    @property
    def uses_left(self) -> int:
        return max(0, self.max_uses - self.used_count)

    def status(self, now: datetime | None = None) -> str:
        """One of `open`, `revoked`, `expired`, `exhausted`; the first that applies."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= (now or timezone.now()):
            return "expired"
        return "open" if self.uses_left else "exhausted"
