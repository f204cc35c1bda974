"""The moves of a device login, over HTTP as a terminal and a browser make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient


@dataclass(frozen=True)
class Login:
    """What POST /cli/device-code answers."""

    device_code: str
    user_code: str
    session_id: str
    expires_at: str
    verification_url: str
    token_url: str
    interval: int


def start(address: str = "192.0.2.7", **device: Any) -> Login:
    """A terminal asks."""
    response = APIClient().post("/cli/device-code", device, format="json", REMOTE_ADDR=address)
    assert response.status_code == 200, response.content
    return Login(**response.json())


def poll(login: Login) -> dict[str, Any]:
    """The terminal looks whether it was answered."""
    response = APIClient().get(f"/cli/device-code/{login.device_code}")
    assert response.status_code == 200
    return response.json()


def approve(browser: APIClient, handle: str) -> tuple[int, dict[str, Any]]:
    """The person says yes."""
    return _answer(browser, handle, "approve")


def deny(browser: APIClient, handle: str) -> tuple[int, dict[str, Any]]:
    """The person says no."""
    return _answer(browser, handle, "deny")


def _answer(browser: APIClient, handle: str, answer: str) -> tuple[int, dict[str, Any]]:
    response = browser.post(f"/cli/device-code/{handle}/{answer}")
    return response.status_code, response.json()
