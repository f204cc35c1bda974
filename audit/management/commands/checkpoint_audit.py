"""`manage.py checkpoint_audit`: signs the heads of all audit chains that moved."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import checkpoints


class Command(BaseCommand):
    """Runs beside a broker without harm; a running broker does the same by itself."""

    help = "Sign the end of every audit log that has grown since it was last signed."

    def handle(self, *args: Any, **options: Any) -> None:
        run = checkpoints.checkpoint_all()
        self.stdout.write(f"Signed {run.signed} audit log(s).")
        if run.damaged:
            raise CommandError("\n".join(str(error) for error in run.damaged))
