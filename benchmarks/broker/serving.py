"""`manage.py serve` that collects garbage on SIGUSR1, so that memory can be compared.

Nothing else differs from the broker as it is deployed.
"""

import os

from django.core.management import execute_from_command_line

from benchmarks.broker.garbage import collect_on_signal


def main() -> None:
    """Serve until a signal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudemesh.settings")
    collect_on_signal()
    execute_from_command_line(["manage.py", "serve", "--verbosity", "0"])


if __name__ == "__main__":
    main()
