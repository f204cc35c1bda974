"""Ties members to the device they came by. What happens when it goes is `suspension`'s job."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError

from accounts.models import CliSession


def hold(device: CliSession | None) -> None:
    """Keep a device from being signed out until the caller's transaction ends.

    So whatever is tied to it is either there to be suspended with it, or is refused here. Comes
    before any lock of a mesh. Raises MeshError("invalid_or_revoked_token").
    """
    if device is None:
        return
    row = CliSession.objects.select_for_update(no_key=True).filter(pk=device.pk).first()
    if row is None or not row.is_live():
        raise MeshError("invalid_or_revoked_token")
