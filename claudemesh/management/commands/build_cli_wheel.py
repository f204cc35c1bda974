"""`manage.py build_cli_wheel`: makes what `/install` hands out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claudemesh.installer import building, downloads


class Command(BaseCommand):
    """Build the CLI that goes with this broker."""

    help = "Builds the wheel of ./cli into DOWNLOADS_DIR, from where /install hands it out."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Safe to run again, and while the broker serves. Raises CommandError."""
        directory = downloads.directory()
        try:
            wheel = building.build_cli(settings.BASE_DIR / "cli", directory)
            building.copy_pip(directory)
        except (building.BuildFailed, OSError) as error:
            raise CommandError(f"The CLI could not be built: {error}") from error
        self.stdout.write(f"Built {wheel}")
