"""Puts a mesh with members into a running broker's database, for tests that speak the wire.

`cast` is called by tests; this module itself runs in a process of its own, which has the
broker's environment. Joining by invitation is what `tests/live` is about.
"""

import json
import subprocess
import sys
from dataclasses import asdict

from claudemesh_wire.signing import KeyPair, generate_keypair

from tests.broker_process import REPOSITORY, Broker
from tests.identities import Identity

CAST_TIMEOUT_S = 60


def cast(broker: Broker, *names: str) -> list[Identity]:
    """A new mesh; the first name owns it, the others are members."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.casting", *names],
        env=broker.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=CAST_TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"the cast could not be made:\n{done.stderr}")
    rows = json.loads(done.stdout.splitlines()[-1])
    return [Identity(**{**row, "keys": KeyPair(**row["keys"])}) for row in rows]


def main(owner: str, *members: str) -> None:
    """Write the rows; print the identities as JSON."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"
    django.setup()
    from tests.presence.world import add_member, new_mesh  # models need a set-up Django

    mesh, alice = new_mesh("Acme", owner, generate_keypair())
    identities = [alice, *(add_member(mesh.id, name) for name in members)]
    print(json.dumps([asdict(identity) for identity in identities]))


if __name__ == "__main__":
    main(*sys.argv[1:])
