"""`manage.py serve` that collects garbage on SIGUSR1, so that memory can be compared.

Nothing else differs from the broker as it is deployed.
"""

import gc
import os
import signal

from django.core.management import execute_from_command_line


def main() -> None:
    """Serve until a signal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudemesh.settings")
    signal.signal(signal.SIGUSR1, lambda signum, frame: gc.collect() and None)
    execute_from_command_line(["manage.py", "serve", "--verbosity", "0"])


if __name__ == "__main__":
    main()
