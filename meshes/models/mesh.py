"""The mesh row: name, keys at rest, policy, and the version of its roster."""

from __future__ import annotations

from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import models
from django.utils import timezone


class Mesh(models.Model):
    """A closed circle of members. Its secrets are stored encrypted (see `storing.vault`).

    `roster_version` grows with every change to members, roles, grants or policy, in the
    transaction of that change: whoever caches the roster compares it to know it is stale.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    slug = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_meshes",
    )
    owner_pubkey = models.CharField(max_length=64, blank=True, default="")
    owner_secret_encrypted = models.TextField(blank=True, default="", editable=False)
    root_key_encrypted = models.TextField(blank=True, default="", editable=False)
    policy = models.JSONField(default=dict, blank=True)
    roster_version = models.BigIntegerField(default=1, editable=False)
    key_epoch = models.IntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "meshes"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.slug

    @property
    def has_keys(self) -> bool:
        """False for a mesh made by an older version, which never got its keys."""
        return bool(self.owner_pubkey and self.owner_secret_encrypted and self.root_key_encrypted)
