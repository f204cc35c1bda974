"""What a long-lived session tells whoever looks on; the commands say how it is shown."""

from typing import Any, Protocol

from claudemesh_wire.broker import HelloAck

from claudemesh_cli.errors import CliError
from claudemesh_cli.store.inbox import InboxEntry


class Viewer(Protocol):
    """Shows things as they happen. When a call returns, the thing was shown."""

    def message(self, entry: InboxEntry) -> None:
        """A message, shown for the first time."""

    def event(self, name: str, data: dict[str, Any]) -> None:
        """A peer event: peer_joined, peer_returned or peer_left."""

    def connected(self, hello_ack: HelloAck) -> None:
        """The session is on the mesh, for the first time or again."""

    def lost(self, error: CliError, retry_s: float) -> None:
        """The broker cannot be reached; the next attempt is in `retry_s` seconds."""
