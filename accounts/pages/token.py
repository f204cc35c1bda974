"""The page that gives out a token to paste into a terminal without a browser. It is shown once."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts import services
from accounts.addresses import client_address
from accounts.api.device_login import TOKENS_PER_ACCOUNT
from accounts.api.fields import is_printable_line
from accounts.api.throttles import refuse_over
from accounts.pages.signed_in import SignedInRequest


class DeviceName(forms.Form):
    """What the list of devices will call the machine."""

    hostname = forms.CharField(
        label="Name of the machine",
        max_length=255,
        required=False,
        help_text="Your list of devices will call it so.",
    )

    def clean_hostname(self) -> str:
        """Refuse characters that could steer a terminal or hide text."""
        hostname: str = self.cleaned_data["hostname"].strip()
        if not is_printable_line(hostname):
            raise ValidationError("Must not contain control characters.")
        return hostname


@never_cache
@login_required
def token(request: SignedInRequest) -> HttpResponse:
    """Ask for a name; on POST mint a token and show it in that one answer."""
    form = DeviceName(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/token.html", {"form": form})
    try:
        refuse_over(f"tokens:{request.user.pk}", TOKENS_PER_ACCOUNT)
    except MeshError as error:
        form.add_error(None, error.message)
        return render(request, "accounts/token.html", {"form": form}, status=error.http_status)
    text, session = services.add_device(
        user=request.user,
        token_type="cli-token",
        address=client_address(request),
        hostname=form.cleaned_data["hostname"],
    )
    return render(request, "accounts/token_made.html", {"token": text, "session": session})
