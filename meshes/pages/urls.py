"""Addresses of the pages of the meshes app."""

from django.urls import path

from meshes.pages import landing

urlpatterns = [
    path("i/<slug:code>", landing.by_code, name="invite-landing"),
    path("join/<str:token>", landing.by_token, name="join-landing"),
]
