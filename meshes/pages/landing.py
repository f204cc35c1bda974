"""`/i/<code>` and `/join/<token>`: what an invitation leads to, and what to type. Never a key.

Opening a link changes nothing. Signed in, the command carries a ticket that ties the new member
to the account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.addresses import address_bucket, client_address
from accounts.api.throttles import seconds_over
from accounts.models import User
from meshes.models import Invite
from meshes.pages.qr import qr_svg
from meshes.selectors import strongest
from meshes.services.invites import invite_url, token_hash
from meshes.services.tickets import ticket_url

RATE = "300/m"
MAX_TOKEN_CHARS = 8192
Answer = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Commands:
    """What to type; `url` is what the QR code holds."""

    url: str
    install: str
    join: str


def unlisted(view: Answer) -> Answer:
    """Keeps a page out of indexes, caches and Referer headers: its address opens a mesh."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


@unlisted
@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """GET /i/<code>."""
    return _landing(request, Invite.objects.filter(code=code))


@unlisted
@require_safe
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """GET /join/<token>; the page goes on with the short link, which holds no key."""
    if len(token) > MAX_TOKEN_CHARS:
        return _gone(request, None)
    return _landing(request, Invite.objects.filter(token_hash=token_hash(token)))


def _landing(request: HttpRequest, rows: QuerySet[Invite]) -> HttpResponse:
    bucket = address_bucket(client_address(request))
    if seconds_over(f"landing:{bucket}", RATE) is not None:
        return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    found = rows.filter(mesh__archived_at__isnull=True).select_related("mesh", "created_by")
    invite = found.first()
    if invite is None or invite.status() != "open":
        return _gone(request, invite)
    user = request.user if isinstance(request.user, User) else None
    commands = _commands(invite, user)
    context = {
        "invite": invite,
        "mesh": invite.mesh,
        "commands": commands,
        "qr": qr_svg(invite_url(invite.code)),
        "standing": user and strongest(invite.mesh, user, invite.mesh.members.filter(user=user)),
    }
    return render(request, "meshes/landing.html", context)


def _commands(invite: Invite, user: User | None) -> Commands:
    """Quoted where a shell would take the question mark for a pattern."""
    url = invite_url(invite.code)
    link = url if user is None else f"'{ticket_url(user, invite.code)}'"
    return Commands(
        url=url,
        install=f"curl -fsSL {settings.APP_URL}/install | sh -s -- --join {link}",
        join=f"claudemesh join {link}",
    )


def _gone(request: HttpRequest, invite: Invite | None) -> HttpResponse:
    """An invitation that lets nobody in: 410 with the reason, 404 if there is none."""
    status = HTTPStatus.NOT_FOUND if invite is None else HTTPStatus.GONE
    reason = None if invite is None else invite.status()
    return render(request, "meshes/landing_gone.html", {"reason": reason}, status=status)
