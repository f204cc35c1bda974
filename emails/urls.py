"""Addresses of the emails app."""

from django.urls import path

from emails.pages import Unsubscribe

urlpatterns = [path("unsubscribe/<str:token>", Unsubscribe.as_view(), name="unsubscribe")]
