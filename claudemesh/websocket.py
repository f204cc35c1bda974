"""Admits WebSockets at the addresses there are and refuses the rest. Speaks no protocol."""

import re
from typing import Any

WEBSOCKET_REFUSED = {"type": "websocket.close", "code": 1008}
LIVE_PATH = re.compile(r"/live/meshes/(?P<slug>[a-z0-9-]{1,64})")


async def nowhere(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuses a WebSocket (HTTP 403)."""
    await receive()
    await send(WEBSOCKET_REFUSED)


def only_at(path: str, application: Any, otherwise: Any = nowhere) -> Any:
    """Wrap `application` so that a WebSocket at any other path goes to `otherwise`."""

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        chosen = application if scope["path"].rstrip("/") == path else otherwise
        await chosen(scope, receive, send)

    return guarded


def live(application: Any, otherwise: Any = nowhere) -> Any:
    """Wrap `application` for `/live/meshes/<slug>`, with `slug` in its scope."""

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found = LIVE_PATH.fullmatch(scope["path"])
        if found is None:
            await otherwise(scope, receive, send)
        else:
            await application({**scope, "slug": found["slug"]}, receive, send)

    return guarded
