"""Fills a migrated database with meshes and members; prints their credentials as JSON.

Runs as a process of its own, with the broker's environment: `python -m benchmarks.broker.seeding`.
"""

import argparse
import json
import os
import sys

import django
from claudemesh_wire.signing import KeyPair, generate_keypair

Row = dict[str, str]


def seed(meshes: int, members: int) -> list[Row]:
    """`meshes` meshes of `members` members each, mesh by mesh; the first of each owns it."""
    from accounts.models import User

    owner = User.objects.create(email=f"load-{os.getpid()}@example.org", name="Load")
    return [row for _ in range(meshes) for row in _mesh(owner, members)]


def _mesh(owner: object, members: int) -> list[Row]:
    from meshes.models import Member
    from meshes.services import create_mesh

    keys = [generate_keypair() for _ in range(members)]
    created = create_mesh(
        owner=owner, name="Load", slug=f"load-{keys[0].public[:12]}", pubkey=keys[0].public
    )
    rest = [
        Member(mesh=created.mesh, pubkey=pair.public, display_name=f"member-{number}")
        for number, pair in enumerate(keys[1:], start=1)
    ]
    Member.objects.bulk_create(rest)
    return [
        _row(created.mesh.pk, member.pk, member.display_name, pair)
        for member, pair in zip([created.member, *rest], keys, strict=True)
    ]


def _row(mesh_id: str, member_id: str, name: str, keys: KeyPair) -> Row:
    return {
        "meshId": mesh_id,
        "memberId": member_id,
        "name": name,
        "pubkey": keys.public,
        "secretKey": keys.secret,
    }


def main() -> None:
    """Seed as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=1)
    parser.add_argument("--members", type=int, default=100)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudemesh.settings")
    django.setup()
    json.dump({"members": seed(arguments.meshes, arguments.members)}, sys.stdout)


if __name__ == "__main__":
    main()
