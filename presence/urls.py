"""Addresses of the realtime core's HTTP edge."""

from django.urls import path

from presence.api.hooks import SetStatus

urlpatterns = [path("hook/set-status", SetStatus.as_view(), name="hook-set-status")]
