"""The machines signed in to the account, and which of them a name means; prints nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from claudemesh_cli.api import Api
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import clean

#: An id is time-ordered: fewer characters would name whole months.
MIN_PREFIX_CHARS = 6


class Device(msgspec.Struct, frozen=True):
    """One row of GET /cli/sessions. Times are ISO 8601; `current` is this machine."""

    id: str
    hostname: str
    platform: str
    arch: str
    created_at: str
    expires_at: str
    last_seen_at: str | None = None
    last_ip: str | None = None
    current: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        return clean(self.hostname, one_line=True) or f"device {self.id}"


class _Listing(msgspec.Struct):
    sessions: list[Device]


def all_devices(api: Api) -> list[Device]:
    """Every live device of the account. Raises CliError."""
    return api.get("/cli/sessions", _Listing).sessions


def pick(devices: list[Device], name: str) -> Device:
    """The device of that id, hostname, or beginning of an id.

    Raises CliError `not_found`, or `ambiguous` with all that it could be.
    """
    folded = name.casefold()
    found = [device for device in devices if device.id == name]
    found = found or [device for device in devices if name and device.hostname.casefold() == folded]
    if not found and len(name) >= MIN_PREFIX_CHARS:
        found = [device for device in devices if device.id.startswith(folded)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CliError(
            "not_found",
            f"Your account has no device {name!r}.",
            "See what there is: claudemesh devices",
            ExitCode.NOT_FOUND,
        )
    each = ", ".join(f"{device.title} ({device.id})" for device in found)
    raise CliError(
        "ambiguous",
        f"Several devices match {name!r}.",
        f"Say which one by its id: {each}",
        ExitCode.BAD_ARGUMENTS,
    )


def revoke(api: Api, device: Device) -> None:
    """Sign a device out; one that is signed out by now is no error. Raises CliError."""
    try:
        path = f"/cli/sessions/{quote(device.id, safe='')}/revoke"
        api.request("POST", path, dict[str, Any])
    except CliError as error:
        if error.exit_code is not ExitCode.NOT_FOUND:
            raise


def short_ids(devices: list[Device]) -> dict[str, str]:
    """Id -> the shortest beginning, of 8 characters or more, that no other id has."""
    shortened = {}
    for device in devices:
        others = [other.id for other in devices if other.id != device.id]
        length = 8
        while any(other.startswith(device.id[:length]) for other in others):
            length += 1
        shortened[device.id] = device.id[:length]
    return shortened
