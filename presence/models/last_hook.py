"""LastHook: the newest signed hook of a session, so that an older one cannot be played again."""

from django.db import models


class LastHook(models.Model):
    """`timestamp` in ms, as signed. Kept until it is too old to be accepted anyway."""

    member_id = models.CharField(max_length=64)
    session_id = models.CharField(max_length=256)
    timestamp = models.BigIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member_id", "session_id"], name="one_last_hook")
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.timestamp}"
