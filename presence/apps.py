"""Django app of the realtime core; hooks it up to the signals of the layers below."""

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    """Registers receivers once models are loaded."""

    name = "presence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hears membership changes, and answers how many peers a mesh has."""
        from presence import receivers

        receivers.connect()
