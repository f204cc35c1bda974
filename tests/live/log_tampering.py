"""Changes a broker's audit log behind its back, as whoever owns the database can.

`python -m tests.live.log_tampering <slug> <way> <number>...` in the broker's environment.
"""

import os
import subprocess
import sys

from tests.broker_process import REPOSITORY, Broker

TIMEOUT_S = 60


def tamper(broker: Broker, slug: str, way: str, *numbers: int) -> None:
    """Run one of the ways in a process of its own. Raises RuntimeError if it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.live.log_tampering", slug, way, *map(str, numbers)],
        env=broker.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"the log could not be changed:\n{done.stderr}")


def main(slug: str, way: str, *numbers: str) -> None:
    """Past all triggers."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"
    django.setup()
    from meshes.models import Mesh  # models need a set-up Django
    from tests.audit import tampering

    def rewrite(seq: int) -> None:
        tampering.edit(seq)
        tampering.rehash()

    tampering.MESH = Mesh.objects.get(slug=slug).pk
    ways = {"edit": tampering.edit, "rewind": tampering.rewind, "rewrite": rewrite}
    ways[way](*map(int, numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
