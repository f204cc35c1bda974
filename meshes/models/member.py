"""The member row: one ed25519 key's place in one mesh."""

from __future__ import annotations

from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meshes.models.mesh import Mesh


class Member(models.Model):
    """A key that belongs to a mesh. `pubkey` is always the ed25519 signing key, in hex.

    `pubkey` is "" between a claim by an older client and its first hello; `bind_until` says
    how long that hello may take. Without `bind_until` no hello binds it: such is the place of an
    owner who made the mesh in the browser, until `syncing` binds it, and of one who has left.
    `revoked_at` is the one switch that ends a membership. `suspended_at` bars the key only: the
    device it came by was signed out, and the account proves it again by signing in there.
    `grants` maps another member's key to what it may do to this one; `groups` holds
    `{name, role?}` objects.
    """

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        MEMBER = "member"

    class MessageMode(models.TextChoices):
        PUSH = "push"
        INBOX = "inbox"
        OFF = "off"

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="memberships",
    )
    device = models.ForeignKey(
        "accounts.CliSession",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
    )
    pubkey = models.CharField(max_length=64, blank=True, default="")
    display_name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    role_tag = models.CharField(max_length=64, blank=True, default="")
    groups = models.JSONField(default=list, blank=True)
    message_mode = models.CharField(
        max_length=16, choices=MessageMode.choices, default=MessageMode.PUSH
    )
    grants = models.JSONField(default=dict, blank=True)
    bind_until = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("joined_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["mesh", "pubkey"], condition=~Q(pubkey=""), name="member_key_once_a_mesh"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "admin", "member"]), name="member_role_known"
            ),
            models.CheckConstraint(
                condition=Q(message_mode__in=["push", "inbox", "off"]),
                name="member_message_mode_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.display_name} in {self.mesh_id}"

    @property
    def can_manage(self) -> bool:
        """True for those who may invite and edit others: the owner and admins that are welcome."""
        return self.is_welcome and self.role in (self.Role.OWNER, self.Role.ADMIN)

    @property
    def is_welcome(self) -> bool:
        """False for a key that may do nothing here: removed, or suspended with its device."""
        return self.revoked_at is None and self.suspended_at is None

    @property
    def is_vacant(self) -> bool:
        """True for a place without a key that no hello can bind."""
        return not self.pubkey and self.bind_until is None
