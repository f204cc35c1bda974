"""Admits WebSockets at one path and refuses the rest. Speaks no protocol of its own."""

from typing import Any

WEBSOCKET_REFUSED = {"type": "websocket.close", "code": 1008}


def only_at(path: str, application: Any) -> Any:
    """Wrap `application` so that a WebSocket at any other path is refused (HTTP 403)."""

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"].rstrip("/") == path:
            await application(scope, receive, send)
            return
        await receive()
        await send(WEBSOCKET_REFUSED)

    return guarded
