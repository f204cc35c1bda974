"""Addresses of the accounts API. No trailing slashes, no redirects to them."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("api/my/profile", views.MyProfile.as_view(), name="my-profile"),
    path("cli/session/revoke", views.RevokeToken.as_view(), name="cli-session-revoke"),
    path("cli/sessions", views.CliSessions.as_view(), name="cli-sessions"),
    path(
        "cli/sessions/<slug:session_id>/revoke",
        views.RevokeCliSession.as_view(),
        name="cli-sessions-revoke",
    ),
]
