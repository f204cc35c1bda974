"""`manage.py issue_token <email>`: mints a CLI token from the server's own shell."""

from __future__ import annotations

import platform
from argparse import ArgumentParser
from typing import Any

from claudemesh_wire.errors import MeshError
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User


class Command(BaseCommand):
    """Prints a token once; it is stored only as a hash."""

    help = "Mint a CLI token for an account (30 days) and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the account's email address")
        parser.add_argument("--create", action="store_true", help="make the account if missing")
        parser.add_argument("--name", default="", help="display name of an account made now")
        parser.add_argument("-q", "--quiet", action="store_true", help="print the token only")

    def handle(self, *args: Any, **options: Any) -> None:
        token, session = services.issue_token(
            user=self._account(options), hostname=platform.node()[:255], platform="issue_token"
        )
        self.stdout.write(token)
        if not options["quiet"]:
            self.stderr.write(
                f"Token for {session.user.email}, valid until {session.expires_at:%Y-%m-%d}. "
                "Use it with: claudemesh login --token <token>"
            )

    def _account(self, options: dict[str, Any]) -> User:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None and options["create"]:
            try:
                return services.open_account(email=email, name=options["name"])
            except MeshError as error:
                raise CommandError(error.message) from error
        if user is None:
            raise CommandError(f"There is no account {email}; add --create to make one.")
        if not user.is_active:
            raise CommandError(f"The account {email} is switched off.")
        return user
