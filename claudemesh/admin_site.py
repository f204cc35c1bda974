"""The admin at /admin/: who may enter, and what of Django's own admin is left out.

What each list shows and to whom is said by the admins of the apps (`accounts.admin`,
`meshes.admin`, `presence.admin`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from meshes.selectors import managed_mesh_ids

#: Nothing here uses them, and both look things up by what a request names.
UNUSED_VIEWS = ("autocomplete", "view_on_site")


class BrokerAdminSite(AdminSite):
    """For superusers, and for those who own a mesh or are an admin of one."""

    site_title = "claudemesh"
    site_header = "claudemesh admin"
    index_title = "Admin"
    site_url = "/dashboard"
    empty_value_display = "–"
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        """Takes our own admins only: what libraries register shows secrets, and to everybody."""
        from accounts.admin.base import BrokerAdmin  # late, for that package registers itself here

        if admin_class is not None and issubclass(admin_class, BrokerAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Read afresh in every request, so whoever lost the role is out with the next one."""
        known = request.__dict__.get("_may_enter_admin")
        if known is None or known[0] != request.user.pk:
            known = (request.user.pk, _may_enter(request.user))
            request.__dict__["_may_enter_admin"] = known
        return bool(known[1])

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Signing in is the site's: there it is throttled, and asks for the second factor."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def logout(  # type: ignore[override]  # a redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Signing out, too; a POST stays one."""
        return redirect("account_logout", preserve_request=request.method == "POST")

    def password_change(  # type: ignore[override]  # a redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """And so is changing one's password."""
        return redirect("account_change_password")

    def password_change_done(  # type: ignore[override]  # a redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leads back to the lists."""
        return redirect("admin:index")

    def app_index(  # type: ignore[override]  # a redirect
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There are few enough lists for one page."""
        return redirect("admin:index")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's, without those that nothing here uses."""
        return [
            pattern
            for pattern in super().get_urls()
            if getattr(pattern, "name", None) not in UNUSED_VIEWS
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """`places`: the lists that the person may open, for the navigation and the index."""
        return super().each_context(request) | {"places": self._places(request)}

    def _places(self, request: HttpRequest) -> list[dict[str, Any]]:
        admins: list[Any] = sorted(self._registry.values(), key=lambda found: found.place)
        return [found.as_place(request) for found in admins if found.has_view_permission(request)]


def _may_enter(user: Any) -> bool:
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) or managed_mesh_ids(user).exists()
