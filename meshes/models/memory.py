"""The memory row: a note that a mesh keeps, found again by its words."""

from __future__ import annotations

from claudemesh_wire.ids import new_id
from django.db import models

from meshes.models.member import Member
from meshes.models.mesh import Mesh


class Memory(models.Model):
    """Written once, then only deleted. `tags` are lines, so that both databases can index them.

    The full-text index is not a field: a generated column on PostgreSQL, a table of its own kept
    by triggers on SQLite, whose row numbers are `id`. A migration that makes SQLite build this
    table anew must make the triggers anew as well (see migration 0004).
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=64, unique=True, default=new_id, editable=False)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="memories")
    content = models.TextField()
    tags = models.TextField(blank=True, default="")
    remembered_by = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    remembered_by_name = models.CharField(max_length=120)
    remembered_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "memories"

    def __str__(self) -> str:
        return self.public_id

    @property
    def tag_list(self) -> list[str]:
        """The tags, in the order they were given."""
        return self.tags.split("\n") if self.tags else []
