"""Django app of the meshes; hooks it up to the signals of the layer below."""

from django.apps import AppConfig


class MeshesConfig(AppConfig):
    """Meshes, members and invites."""

    name = "meshes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hears when a device is signed out, and tells which devices have keys."""
        from accounts.selectors import register_device_key_finder
        from meshes import receivers, selectors

        receivers.connect()
        register_device_key_finder(selectors.devices_with_keys)
