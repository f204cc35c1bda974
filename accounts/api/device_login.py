"""The endpoints by which a device is signed in: those of the device, and those of the browser."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.addresses import client_address
from accounts.api.answers import OkAnswer
from accounts.api.base import AnonymousView, BrowserView, validated
from accounts.api.describing import answers
from accounts.api.serializers import DeviceShape, PolledShape, StartedShape, TokenShape
from accounts.api.throttles import refuse_over
from accounts.services import device_login, device_polling

#: Each is a row and a mail. The page that makes tokens counts with this one.
TOKENS_PER_ACCOUNT = "20/h"


class StartDeviceLogin(AnonymousView):
    """POST /cli/device-code `{hostname, platform, arch}` -> the three codes, and where to go."""

    authentication_classes = ()
    throttle_rate = "30/m"

    @answers(
        "Begins to sign a device in; a person then goes to `verification_url`.",
        StartedShape,
        body=DeviceShape,
    )
    def post(self, request: Request) -> Response:
        device = validated(DeviceShape, request)
        started = device_login.start(**device, address=client_address(request))
        return _uncached(StartedShape(started).data)


class PollDeviceLogin(AnonymousView):
    """GET /cli/device-code/<device_code> -> always 200 `{status, ...}`; one poll gets the token.

    Not throttled: who polls too fast is told to slow down, and device codes cannot be guessed.
    """

    authentication_classes = ()

    def get_throttles(self) -> list[Any]:
        return []

    @answers(
        "Tells what became of it. Once approved, exactly one poll gets the token.", PolledShape
    )
    def get(self, request: Request, device_code: str) -> Response:
        polled = device_polling.poll(device_code=device_code, address=client_address(request))
        return _uncached(PolledShape(polled).data)


class ApproveDeviceLogin(BrowserView):
    """POST /cli/device-code/<session_id or user_code>/approve -> `{ok}`, 404 or 410."""

    @answers(
        "Lets a device in, by the `session_id` or the `user_code` it shows.",
        OkAnswer,
        refuses="not_found expired rate_limit unavailable",
    )
    def post(self, request: Request, handle: str) -> Response:
        device_login.approve(
            handle=handle, user=self.person(request), address=client_address(request)
        )
        return Response({"ok": True})


class DenyDeviceLogin(BrowserView):
    """POST /cli/device-code/<session_id or user_code>/deny -> `{ok}`, 404 or 410."""

    @answers("Turns a device away.", OkAnswer, refuses="not_found expired rate_limit unavailable")
    def post(self, request: Request, handle: str) -> Response:
        device_login.deny(handle=handle, user=self.person(request), address=client_address(request))
        return Response({"ok": True})


class MakeToken(BrowserView):
    """POST /cli/token `{hostname?, platform?, arch?}` -> `{token}`, to paste into a terminal."""

    @answers(
        "Makes a token to paste into a terminal.",
        TokenShape,
        body=DeviceShape,
        refuses="rate_limit",
    )
    def post(self, request: Request) -> Response:
        device = validated(DeviceShape, request)
        refuse_over(f"tokens:{self.person(request).pk}", TOKENS_PER_ACCOUNT)
        token, _ = services.add_device(
            user=self.person(request),
            token_type="cli-token",
            address=client_address(request),
            **device,
        )
        return _uncached(TokenShape({"token": token}).data)


def _uncached(data: Any) -> Response:
    """An answer that holds a secret, which no cache may keep."""
    return Response(data, headers={"Cache-Control": "no-store"})
