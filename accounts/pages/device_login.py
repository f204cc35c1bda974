"""The page on which a person lets a device in: shows who asks, and passes the answer on.

What an attempt is worth, and how often one may guess, is for accounts.services.device_login.
"""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.forms import LoginForm
from claudemesh_wire.errors import MeshError
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.addresses import client_address
from accounts.models import User
from accounts.services import device_login

ANSWERS = {
    "approve": (device_login.approve, "approved"),
    "deny": (device_login.deny, "denied"),
}
REFUSALS = {"expired": "expired", "not_found": "unknown", "rate_limit": "locked"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cli_auth(request: HttpRequest) -> HttpResponse:
    """`?session=` or `?code=` names the attempt; without either a code can be typed."""
    named = request.POST if request.method == "POST" else request.GET
    handle = (named.get("session") or named.get("code") or "").strip()
    if not handle:
        return render(request, "accounts/cli_auth_code.html")
    try:
        return _answer(request, handle) if request.method == "POST" else _ask(request, handle)
    except MeshError as error:
        result = REFUSALS.get(error.code, "unavailable")
        return _result(request, result, message=error.message, status=error.http_status)


def _ask(request: HttpRequest, handle: str) -> HttpResponse:
    """The device that waits; for whoever is signed in the code and the buttons too."""
    user = _user(request)
    own_address = client_address(request)
    attempt = device_login.look_up(handle=handle, user=user, address=own_address)
    context = {"attempt": attempt, "own_address": own_address}
    if user is None:
        context |= {"here": _here(handle), "login_form": LoginForm(request=request)}
    return render(request, "accounts/cli_auth.html", context)


def _answer(request: HttpRequest, handle: str) -> HttpResponse:
    """Approve or deny. Not followed by a redirect: sending it again changes nothing."""
    user = _user(request)
    if user is None:
        return redirect_to_login(_here(handle))
    chosen = ANSWERS.get(request.POST.get("decision", ""))
    if chosen is None:
        return _ask(request, handle)
    give, result = chosen
    give(handle=handle, user=user, address=client_address(request))
    return _result(request, result)


def _result(
    request: HttpRequest, result: str, *, message: str = "", status: int = 200
) -> HttpResponse:
    context = {"result": result, "message": message}
    return render(request, "accounts/cli_auth_result.html", context, status=status)


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _here(handle: str) -> str:
    """This page's own address, to come back to after signing in."""
    return f"{reverse('cli-auth')}?{urlencode({'session': handle})}"
