#!/usr/bin/env python
"""Django's command line for the broker; `manage.py serve` runs it."""

import os
import sys


def main() -> None:
    """Hand the arguments to Django with this project's settings."""
    os.umask(0o077)  # what the broker writes (SQLite, mail files) is for its own user only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudemesh.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
