"""Addresses of the pages of the accounts app."""

from django.urls import path

from accounts.pages import device_login, devices, token

urlpatterns = [
    path("cli-auth", device_login.cli_auth, name="cli-auth"),
    path("dashboard/devices", devices.devices, name="devices"),
    path("dashboard/devices/revoke-all", devices.revoke_all, name="devices-revoke-all"),
    path("dashboard/devices/<slug:session_id>/revoke", devices.revoke, name="device-revoke"),
    path("token", token.token, name="token"),
]
