"""UntoldKick: a kick whose session could not be told on the spot, kept until it is."""

from django.db import models


class UntoldKick(models.Model):
    """The presence has ended; its socket was on another node, or gone and within its lease.

    The other node, or the broker at the session's next hello, closes with 4001 and forgets this.
    """

    presence_id = models.CharField(primary_key=True, max_length=32)
    member_id = models.CharField(max_length=64)
    session_id = models.CharField(max_length=256)
    session_key = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["member_id", "session_id"], name="untold_kick_session")]

    def __str__(self) -> str:
        return self.presence_id
