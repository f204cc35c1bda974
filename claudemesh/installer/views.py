"""`/install` and `/dl/`: what a person without the CLI asks for. Writes nothing."""

from __future__ import annotations

import hashlib
import shlex
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from claudemesh import __version__
from claudemesh.installer import downloads
from claudemesh.installer.downloads import Download

SHELL_SCRIPT = "text/x-shellscript; charset=utf-8"
WHEEL = "application/octet-stream"
ASK_AGAIN = "no-cache"
NEVER_CHANGES = "public, max-age=31536000, immutable"
NO_WHEEL = (
    f"This broker has no claudemesh {__version__} to hand out. "
    "Whoever runs it can build it with: manage.py build_cli_wheel"
)


@require_safe
def install(request: HttpRequest) -> HttpResponse:
    """The installer as a POSIX shell script; 503, still a script, when there is no wheel.

    Every address in it comes from APP_URL and none from the request.
    """
    wheel = downloads.cli_wheel()
    if wheel is None:
        text = f"echo {shlex.quote(NO_WHEEL)} >&2\nexit 1\n"
        return _script(text, HTTPStatus.SERVICE_UNAVAILABLE)
    return _script(render_to_string("install.sh", _words(wheel, downloads.pip_wheel())))


def _words(wheel: Download, pip: Download | None) -> dict[str, str]:
    """What the script's first lines say, quoted for the shell."""
    words = {
        "app_url": str(settings.APP_URL),
        "version": __version__,
        "wheel": wheel.name,
        "wheel_url": wheel.url,
        "wheel_sha256": wheel.sha256,
        "pip": pip.name if pip else "",
        "pip_url": pip.url if pip else "",
        "pip_sha256": pip.sha256 if pip else "",
    }
    return {name: shlex.quote(word) for name, word in words.items()}


def _script(text: str, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    response = HttpResponse(text, content_type=SHELL_SCRIPT, status=status)
    response["Cache-Control"] = ASK_AGAIN
    return response


@require_safe
def download(request: HttpRequest, name: str, sha256: str | None = None) -> HttpResponse:
    """One wheel. With its checksum in the address it may be cached for good."""
    found = downloads.find(name)
    if found is None or sha256 not in (None, found.sha256):
        raise Http404
    etag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    content = found.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise Http404  # built anew this very moment
    response = HttpResponse(content, content_type=WHEEL)
    response["ETag"] = etag
    response["Cache-Control"] = NEVER_CHANGES if sha256 else ASK_AGAIN
    return response


@require_safe
def simple_index(request: HttpRequest) -> HttpResponse:
    """What pip reads (PEP 503): `pip install --extra-index-url <APP_URL>/dl/simple …`."""
    lines = [downloads.simple_index_line(wheel) for wheel in downloads.cli_wheels()]
    response = render(request, "simple_index.html", {"lines": lines})
    response["Cache-Control"] = ASK_AGAIN
    return response
