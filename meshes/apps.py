"""Registers the meshes app with Django; holds no logic."""

from django.apps import AppConfig


class MeshesConfig(AppConfig):
    """Meshes, members and invites."""

    name = "meshes"
    default_auto_field = "django.db.models.BigAutoField"
