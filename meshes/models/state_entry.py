"""The shared state row: one key's value, for everybody in the mesh."""

from __future__ import annotations

from django.db import models

from meshes.models.member import Member
from meshes.models.mesh import Mesh


class StateEntry(models.Model):
    """`value` is JSON text as the broker wrote it down, never parsed by the database.

    A JSON column would change numbers and the order of keys. `size` is key and value in bytes.
    `updated_by_name` is what the member was called then.
    """

    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="state_entries")
    key = models.CharField(max_length=256)
    value = models.TextField()
    size = models.PositiveIntegerField()
    updated_by = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    updated_by_name = models.CharField(max_length=120)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "state entries"
        constraints = (models.UniqueConstraint(fields=["mesh", "key"], name="one_value_a_key"),)

    def __str__(self) -> str:
        return self.key
