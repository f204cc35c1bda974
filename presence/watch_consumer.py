"""The live view's WebSocket: a browser session looks at a mesh. It only ever writes."""

import asyncio
import contextlib
from http.cookies import CookieError
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie

from presence.runtime import Runtime, current
from presence.watching import Code, Ended, Watcher

#: A browser notices by silence that a line is dead, so there is never more of it than this.
BEAT_S = 20.0
BEAT = '{"type":"still"}'
WRITE_WITHIN_S = 10.0
DEFAULT_PORTS = {"http": 80, "https": 443}


async def watch_consumer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application behind `/live/meshes/<slug>`; `scope["slug"]` names the mesh.

    A page of another site gets no socket (HTTP 403). Everybody else is told by the close code.
    """
    event = await receive()
    if event["type"] != "websocket.connect":
        return
    if not is_own_page(scope):
        await send({"type": "websocket.close", "code": Code.READ_ONLY.value})
        return
    await send({"type": "websocket.accept"})
    await View(current(), send).serve(scope["slug"], session_key_of(scope), receive)


class View:
    """One open socket."""

    def __init__(self, runtime: Runtime, send: Any) -> None:
        self._watching = runtime.watching
        self._send = send

    async def serve(self, slug: str, session_key: str, receive: Any) -> None:
        """Shows the mesh until the browser goes, or may not look any more."""
        try:
            watcher = await self._watching.enter(slug, session_key)
        except Ended as ended:
            await self._close(ended)
            return
        try:
            await self._run(watcher, receive)
        finally:
            self._watching.leave(watcher)

    async def _run(self, watcher: Watcher, receive: Any) -> None:
        """Reading ends it (the browser is gone, or speaks), and so does writing."""
        halves = [
            asyncio.ensure_future(_listen(receive)),
            asyncio.ensure_future(self._show(watcher)),
        ]
        try:
            done, _ = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
        for half in done:
            if isinstance(ended := half.exception(), Ended):
                await self._close(ended)

    async def _show(self, watcher: Watcher) -> None:
        """Writes what is new, and a beat when nothing is. Raises Ended, OSError."""
        while True:
            try:
                text = await asyncio.wait_for(watcher.next(), BEAT_S)
            except TimeoutError:
                text = BEAT
            try:
                message = {"type": "websocket.send", "text": text}
                await asyncio.wait_for(self._send(message), WRITE_WITHIN_S)
            except TimeoutError:
                raise Ended(Code.SLOW_READER, "slow_reader") from None

    async def _close(self, ended: Ended) -> None:
        with contextlib.suppress(OSError):
            await self._send(
                {"type": "websocket.close", "code": ended.code.value, "reason": ended.reason}
            )


async def _listen(receive: Any) -> None:
    """Returns when the browser is gone. Raises Ended if it says anything."""
    event = await receive()
    if event["type"] != "websocket.disconnect":
        raise Ended(Code.READ_ONLY, "read_only")


def is_own_page(scope: dict[str, Any]) -> bool:
    """True if the one Origin header is that of APP_URL (RFC 6455, section 10.2)."""
    given = [value for name, value in scope["headers"] if name.lower() == b"origin"]
    own = origin_of(settings.APP_URL)
    return len(given) == 1 and own is not None and origin_of(given[0].decode("latin-1")) == own


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of a URL; None for what has none, as "null" has not."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.scheme not in DEFAULT_PORTS:
        return None
    return parts.scheme, parts.hostname, port


def session_key_of(scope: dict[str, Any]) -> str:
    """The browser session's key, "" if it sent none."""
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            with contextlib.suppress(CookieError):
                return parse_cookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")
    return ""
