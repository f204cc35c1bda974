"""Addresses of the pages of the meshes app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
