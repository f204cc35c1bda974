"""SpentHello: signatures of version 1 hellos seen within the clock skew."""

from django.db import models


class SpentHello(models.Model):
    """A hello signature that no node may accept again before `expires_at`."""

    signature = models.CharField(primary_key=True, max_length=128)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.signature[:16]
