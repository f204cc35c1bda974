"""Registers the audit app with Django; holds no logic."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The hash-chained log of each mesh, and the broker's signatures over it."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"
