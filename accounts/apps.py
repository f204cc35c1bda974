"""Registers the accounts app with Django; holds no logic."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, and the devices they signed in from."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
