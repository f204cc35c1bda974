"""Node: one running broker process and its last sign of life."""

from django.db import models


class Node(models.Model):
    """A broker process; dead when its heartbeat is older than the node lease."""

    id = models.CharField(primary_key=True, max_length=32)
    hostname = models.CharField(max_length=255, blank=True)
    pid = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.hostname}:{self.pid}"
