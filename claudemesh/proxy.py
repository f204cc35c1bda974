"""Takes the client's address and scheme from a trusted reverse proxy's headers."""

from typing import Any

from django.conf import settings


class ProxyAddress:
    """ASGI wrapper: with TRUSTED_PROXY on, rewrites `client` and `scheme` of the scope.

    The last entry of X-Forwarded-For counts: the trusted proxy wrote it, while the
    entries before it are whatever the client sent.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the scope on, rewritten when a trusted proxy is configured."""
        if settings.TRUSTED_PROXY and scope["type"] in ("http", "websocket"):
            scope = forwarded(scope)
        await self.application(scope, receive, send)


def forwarded(scope: dict[str, Any]) -> dict[str, Any]:
    """A copy of `scope` with the address and the scheme that the proxy reports."""
    headers = dict(scope["headers"])
    changed = dict(scope)
    address = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")[-1].strip()
    if address:
        changed["client"] = [address, 0]
    if headers.get(b"x-forwarded-proto", b"").strip().lower() == b"https":
        changed["scheme"] = "wss" if scope["type"] == "websocket" else "https"
    return changed
