"""Addresses of the accounts API. No trailing slashes, no redirects to them."""

from django.urls import path

from accounts.api import device_login, views

DEVICE_CODE = "cli/device-code"

urlpatterns = [
    path(DEVICE_CODE, device_login.StartDeviceLogin.as_view(), name="device-code"),
    path(
        f"{DEVICE_CODE}/<str:device_code>",
        device_login.PollDeviceLogin.as_view(),
        name="device-code-poll",
    ),
    path(
        f"{DEVICE_CODE}/<str:handle>/approve",
        device_login.ApproveDeviceLogin.as_view(),
        name="device-code-approve",
    ),
    path(
        f"{DEVICE_CODE}/<str:handle>/deny",
        device_login.DenyDeviceLogin.as_view(),
        name="device-code-deny",
    ),
    path("cli/token", device_login.MakeToken.as_view(), name="cli-token"),
    path("api/my/profile", views.MyProfile.as_view(), name="my-profile"),
    path("cli/session/revoke", views.RevokeToken.as_view(), name="cli-session-revoke"),
    path("cli/sessions", views.CliSessions.as_view(), name="cli-sessions"),
    path(
        "cli/sessions/revoke-others",
        views.RevokeOtherSessions.as_view(),
        name="cli-sessions-revoke-others",
    ),
    path(
        "cli/sessions/<slug:session_id>/revoke",
        views.RevokeCliSession.as_view(),
        name="cli-sessions-revoke",
    ),
]
