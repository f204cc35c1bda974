"""Registers the project package as an app, so that its checks and commands are found."""

from django.apps import AppConfig


class ClaudemeshConfig(AppConfig):
    """The project app; it has no models."""

    name = "claudemesh"
    verbose_name = "Claudemesh"

    def ready(self) -> None:
        """Import the module that registers the production checks."""
        from claudemesh import checks  # noqa: F401
