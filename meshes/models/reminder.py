"""The reminder row: what is to be sent to whom at a time, once or again and again."""

from __future__ import annotations

from claudemesh_wire.ids import new_id
from django.db import models

from meshes.models.member import Member
from meshes.models.mesh import Mesh


class Reminder(models.Model):
    """Waits until `due_at`; a row that will not fire again is deleted as it fires.

    `to` is what its author wrote, `target` what that meant: a key, `@group` or `*`. With a key,
    `recipient` is whose key it is, for a session key outlives its session here.
    `cron` has five fields and is read in UTC.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    mesh = models.ForeignKey(Mesh, on_delete=models.CASCADE, related_name="reminders")
    author = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="reminders")
    to = models.CharField(max_length=512)
    target = models.CharField(max_length=512)
    recipient = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.TextField()
    cron = models.CharField(max_length=256, blank=True, default="")
    recurring = models.BooleanField(default=False)
    due_at = models.DateTimeField(db_index=True)
    fired_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.to} at {self.due_at:%Y-%m-%d %H:%M}"
