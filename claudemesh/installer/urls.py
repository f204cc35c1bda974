"""Addresses of the installer and its files."""

from django.urls import path, register_converter

from claudemesh.installer import downloads, views


class WheelName:
    """The name of a wheel that may be asked for; anything else is a 404 before any code."""

    regex = downloads.WHEEL.pattern.replace("(", "(?:", 1)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Sha256(WheelName):
    """A checksum in hex."""

    regex = downloads.SHA256.pattern


register_converter(WheelName, "wheel")
register_converter(Sha256, "sha256")

urlpatterns = [
    path("install", views.install, name="install"),
    path("dl/simple/claudemesh-cli/", views.simple_index, name="simple-index"),
    path("dl/<wheel:name>", views.download, name="download"),
    path("dl/<sha256:sha256>/<wheel:name>", views.download, name="download-exact"),
]
