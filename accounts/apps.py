"""Registers the accounts app with Django, and its bearer token with the OpenAPI generator."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, and the devices they signed in from."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.api import schema  # noqa: F401 - importing it registers the scheme
