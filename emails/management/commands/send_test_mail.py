"""`manage.py send_test_mail <address>`: tries the mail settings and says what came of it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from emails.services.trial import send_test


class Command(BaseCommand):
    """Exit code 0 only if the provider took the mail."""

    help = "Send a test mail and print the provider's answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="where to send it")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].strip()
        backend = settings.EMAIL_BACKEND.removesuffix(".EmailBackend")
        self.stdout.write(f"From {settings.DEFAULT_FROM_EMAIL} to {address} by {backend}.")
        outcome = send_test(to=address)
        if not outcome.taken:
            raise CommandError(f"Not sent ({outcome.result}): {outcome.answer}")
        self.stdout.write(f"The provider took it: {outcome.answer}")
        self.stdout.write("Taken is not arrived: look into the mailbox.")
