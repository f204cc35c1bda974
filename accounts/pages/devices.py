"""The page of an account's devices. What signing one out does is for the services to know."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.addresses import client_address
from accounts.pages.signed_in import SignedInRequest

DEVICES_A_PAGE = 50


@never_cache
@login_required
@require_safe
def devices(request: SignedInRequest) -> HttpResponse:
    """The devices whose token still counts, newest first."""
    page = Paginator(selectors.live_sessions(request.user), DEVICES_A_PAGE).get_page(
        request.GET.get("page")
    )
    left = selectors.left_sessions(request.user)[:DEVICES_A_PAGE]
    context = {"page": page, "left": left, "own_address": client_address(request)}
    return render(request, "accounts/devices.html", context)


@login_required
@require_POST
def revoke(request: SignedInRequest, session_id: str) -> HttpResponse:
    """Sign one device out."""
    try:
        services.revoke_session(user=request.user, session_id=session_id)
    except MeshError as error:
        raise Http404(error.message) from error
    messages.success(request, "The device is signed out.")
    return redirect("devices")


@never_cache
@login_required
def revoke_all(request: SignedInRequest) -> HttpResponse:
    """Ask, and on POST sign every device out; the browser stays signed in."""
    if request.method != "POST":
        count = selectors.live_sessions(request.user).count()
        return render(request, "accounts/revoke_all.html", {"count": count})
    services.revoke_others(user=request.user, asking=None)
    messages.success(request, "Every device is signed out. This browser is not.")
    return redirect("devices")
