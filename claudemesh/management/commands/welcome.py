"""`manage.py welcome`: prepares the database, makes the first account, says what to type next."""

import secrets
import subprocess
from textwrap import dedent
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email

from claudemesh.environment import BASE_DIR
from claudemesh.migrate_lock import migrate

CLI_DEFAULT_URL = "http://localhost:7900"
FALLBACK_EMAIL = "you@localhost"

NEXT_STEPS = """
    claudemesh runs at {app_url} (stop it with Ctrl-C).

      Sign in    {app_url}/login
                 {email}, {password_line}

      In a second terminal, you sign in, create a mesh and an invitation:

        cd {directory}
        export PATH="$PWD/.venv/bin:$PATH"
        claudemesh login{url_option}
        claudemesh create demo
        claudemesh share

      Without a browser, in place of the login above:

        .venv/bin/python manage.py issue_token -q {email} | claudemesh login{url_option} --token -

      In a third, a second person joins by that link and waits for messages:

        cd {directory}
        export PATH="$PWD/.venv/bin:$PATH" CLAUDEMESH_CONFIG_DIR="$HOME/.claudemesh-bob"
        claudemesh join --name bob <the link that share printed>
        claudemesh listen

      Back in the second:

        claudemesh peers
        claudemesh send bob "hello, encrypted"

    """


class Command(BaseCommand):
    """What `make run` says before it serves."""

    help = "Migrates, creates the first account if there is none, and prints the first steps."

    def handle(self, *args: Any, **options: Any) -> None:
        """Safe to run again: an existing account is only named."""
        migrate(verbosity=0)
        email, password = first_account()
        password_line = (
            f"password {password} (shown this once)"
            if password
            else f"new password: .venv/bin/python manage.py changepassword {email}"
        )
        self.stdout.write(
            dedent(NEXT_STEPS).format(
                app_url=settings.APP_URL,
                email=email,
                url_option=""
                if settings.APP_URL == CLI_DEFAULT_URL
                else f" --url {settings.APP_URL}",
                password_line=password_line,
                directory=BASE_DIR,
            )
        )


def first_account() -> tuple[str, str]:
    """The email of the oldest account, made now if there is none, and then its new password."""
    users = get_user_model().objects
    oldest = users.order_by("pk").first()
    if oldest is not None:
        return oldest.email, ""
    email, password = git_email() or FALLBACK_EMAIL, secrets.token_urlsafe(12)
    users.create_superuser(email=email, password=password)
    return email, password


def git_email() -> str:
    """The address in git's configuration, or "" when there is none that could be one."""
    try:
        done = subprocess.run(
            ["git", "config", "user.email"], capture_output=True, text=True, check=False
        )
        email = done.stdout.strip().lower()
        validate_email(email)
    except (OSError, ValidationError):
        return ""
    return email
