"""The URL map: health and API of the apps, the admin, and JSON error pages."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from claudemesh import health
from claudemesh.api_docs.views import api_docs

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("api/docs", api_docs, name="api-docs"),
    path("", include("claudemesh.installer.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.sign_in.urls")),
    path("", include("accounts.pages.urls")),
    path("", include("meshes.urls")),
    path("", include("meshes.pages.urls")),
    path("", include("presence.urls")),
    path("", include("emails.urls")),
    path("", include("dashboard.urls")),
]

handler400 = "claudemesh.api_errors.bad_request"
handler403 = "claudemesh.api_errors.permission_denied"
handler404 = "claudemesh.api_errors.not_found"
handler500 = "claudemesh.api_errors.server_error"
