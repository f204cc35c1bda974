"""The page behind the unsubscribe link. Whoever holds the link may use it, signed in or not."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from emails import links, selectors, services


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class Unsubscribe(View):
    """GET asks, so that a scanner that follows links stops nothing; POST does it.

    A mail program posts by itself (RFC 8058), without cookies and without knowing a CSRF token.
    The link is the only right that counts here: no session is looked at.
    """

    address_hash: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Reads the link, whatever the method; one that we did not sign leads nowhere."""
        found = links.address_hash_in(kwargs.pop("token"))
        if found is None:
            raise Http404
        self.address_hash = found
        response = super().dispatch(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        """What is so now, and a button to change it."""
        stopped = selectors.is_hash_unsubscribed(self.address_hash)
        return render(request, "unsubscribe.html", {"stopped": stopped})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Stops the mails, or sends them again; a person's browser is led back to the page."""
        if "resume" in request.POST:
            services.resubscribe(address_hash=self.address_hash)
            return redirect(request.path)
        services.unsubscribe(address_hash=self.address_hash)
        if "stop" in request.POST:
            return redirect(request.path)
        return HttpResponse("Unsubscribed.\n", content_type="text/plain")
