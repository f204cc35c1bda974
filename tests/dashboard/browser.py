"""A browser in this process: a session cookie, and a live view on a mesh."""

from collections.abc import Callable
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts.models import User
from claudemesh.asgi import application

OWN_ORIGIN = "http://localhost:7900"
TIMEOUT_S = 10.0


def cookie_of(user: User) -> str:
    """Signs an account in; the Cookie header of its browser. Reads the database."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class LiveView:
    """One open socket of the live view."""

    def __init__(
        self, path: str, *, cookie: str = "", origins: tuple[str, ...] = (OWN_ORIGIN,)
    ) -> None:
        headers = [(b"origin", origin.encode()) for origin in origins]
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        self._socket = WebsocketCommunicator(application, path, headers)

    async def open(self) -> bool:
        """Connects; whether the socket was accepted."""
        accepted, _ = await self._socket.connect(timeout=TIMEOUT_S)
        return bool(accepted)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first frame that is as wanted."""
        while True:
            frame = await self._socket.receive_json_from(timeout=TIMEOUT_S)
            if wanted(frame):
                return dict(frame)

    async def until_names(self, *names: str) -> list[dict[str, Any]]:
        """The rows of the first snapshot that has exactly these names."""
        frame = await self.until(lambda f: sorted(p["name"] for p in f["presences"]) == [*names])
        return list(frame["presences"])

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, whatever is sent before it."""
        while True:
            event = await self._socket.receive_output(timeout=TIMEOUT_S)
            if event["type"] == "websocket.close":
                return int(event["code"]), str(event.get("reason", ""))

    async def say(self, text: str) -> None:
        """Sends a frame, which no page of ours does."""
        await self._socket.send_to(text_data=text)

    async def leave(self) -> None:
        """Closes the tab."""
        await self._socket.disconnect(timeout=TIMEOUT_S)
