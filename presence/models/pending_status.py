"""PendingStatus: a hook that came before its presence, and waits a little for it."""

from django.db import models


class PendingStatus(models.Model):
    """`mesh_member_id` is "" for an unsigned hook, which must then match the address as well."""

    mesh_member_id = models.CharField(max_length=64, blank=True)
    session_id = models.CharField(max_length=256)
    pid = models.IntegerField(default=0)
    cwd = models.CharField(max_length=4096, blank=True)
    remote_addr = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["session_id"], name="pending_status_session")]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.status}"
