"""Signs the owner of a mesh in to a running broker; runs in a process of its own, as its database.

`sign_in` is called by tests. Signing in by the form is what `tests/browser` is about.
"""

import subprocess
import sys

from tests.broker_process import REPOSITORY, Broker

TIMEOUT_S = 60


def sign_in(broker: Broker, mesh_id: str) -> str:
    """The session cookie's value of the owner of a mesh."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.dashboard.signing_in", mesh_id],
        env=broker.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"the owner could not sign in:\n{done.stderr}")
    return done.stdout.splitlines()[-1]


def main(mesh_id: str) -> None:
    """Print the cookie's value."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"
    django.setup()
    from meshes.models import Mesh
    from tests.dashboard.browser import cookie_of  # models need a set-up Django

    print(cookie_of(Mesh.objects.get(pk=mesh_id).owner).partition("=")[2])


if __name__ == "__main__":
    main(sys.argv[1])
