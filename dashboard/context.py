"""What every page may say about the site and about whoever looks at it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from presence.version import VERSION


def site(request: HttpRequest) -> dict[str, Any]:
    """`app_url`, `version`, and `may_enter_admin`, which asks the database only when read."""
    return {
        "app_url": settings.APP_URL,
        "version": VERSION,
        "may_enter_admin": SimpleLazyObject(lambda: admin.site.has_permission(request)),
    }
