"""Visits to a real broker with an owner's cookie: a live view, and forms as without script."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import requests
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.broker_process import Broker

TIMEOUT_S = 20
CSRF = "a" * 32  # a cookie and a field that agree


async def watch(running: Broker, cookie: str, origin: str | None = None) -> ClientConnection:
    """Opens a live view of acme; `origin` is that of a page of the broker's own."""
    url = running.ws_url.replace("/ws", "/live/meshes/acme")
    headers = {"Cookie": cookie, "Origin": origin or running.url}
    return await connect(url, additional_headers=headers, compression=None)


async def until(view: ClientConnection, wanted: Callable[[Any], bool]) -> Any:
    """The first snapshot that is as wanted."""
    while True:
        frame = json.loads(await view.recv())
        if frame["type"] == "presences" and wanted(frame["presences"]):
            return frame


def send(running: Broker, cookie: str, path: str, **fields: str) -> str:
    """Sends a form as a browser without script does; the page that the answer leads to."""
    browser = requests.Session()
    name, _, value = cookie.partition("=")
    browser.cookies.set(name, value)
    browser.cookies.set("csrftoken", CSRF)
    form = fields | {"csrfmiddlewaretoken": CSRF}
    answer = browser.post(
        running.url + path, data=form, headers={"Origin": running.url}, timeout=TIMEOUT_S
    )
    assert answer.status_code == 200
    return answer.text


async def close_code_of(view: ClientConnection) -> int | None:
    """Reads until the broker closes."""
    with contextlib.suppress(websockets.ConnectionClosed):
        async for _ in view:
            pass
    return view.close_code
