"""HTTP on Daphne with an end to patience: a request that dribbles in is cut off. Serves nothing."""

from typing import Any

from daphne.http_protocol import HTTPFactory

#: A whole request, head and body, has to arrive within this; so does the next one.
REQUEST_TIMEOUT_S = 15.0


class PromptHTTPFactory(HTTPFactory):  # type: ignore[misc]  # daphne has no type hints
    """Builds HTTP channels whose timeout is a deadline.

    Twisted starts it anew at every byte, so one header line a minute would hold a socket, and
    one of the process's file descriptors, for hours.
    """

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """A channel that counts from the connection, or from the end of the last request."""
        protocol = super().buildProtocol(addr)
        protocol.timeOut = REQUEST_TIMEOUT_S
        protocol._channel.resetTimeout = _keep_counting
        return protocol


def _keep_counting() -> None:
    """Stands in for starting the timeout anew."""
