"""Registers the dashboard with Django; holds no logic."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Pages about meshes and presence."""

    name = "dashboard"
