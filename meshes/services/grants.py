"""What a member lets each other member do to it."""

from __future__ import annotations

from claudemesh_wire.capabilities import GRANTS
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import is_public_key
from django.db import transaction

from audit import events
from audit.services import append
from meshes.membership import check_welcome
from meshes.models import Member
from meshes.services import roster

MAX_ENTRIES = 2_000

Changes = dict[str, list[str] | None]


@transaction.atomic
def set_grants(*, mesh_id: str, member_id: str, changes: Changes) -> dict[str, list[str]]:
    """Merge changes into a member's own grants: null under a key resets it, [] blocks it.

    Returns all grants of the member. Raises MeshError: "malformed" for what is no key or no
    grant, "too_large" past 2,000 entries, "unauthorized" for a member that was removed,
    "device_revoked" for a suspended key.
    """
    for key, granted in changes.items():
        _check(key, granted)
    if not roster.touch(mesh_id):
        raise MeshError("unauthorized")
    member = Member.objects.filter(mesh_id=mesh_id, pk=member_id, revoked_at__isnull=True).first()
    if member is None:
        raise MeshError("unauthorized")
    check_welcome(member)
    merged: dict[str, list[str]] = dict(member.grants)
    for key, granted in changes.items():
        if granted is None:
            merged.pop(key, None)
        else:
            merged[key] = sorted(set(granted))
    if len(merged) > MAX_ENTRIES:
        raise MeshError("too_large", f"At most {MAX_ENTRIES} members can have grants of their own.")
    changed = {key: merged.get(key) for key in changes if merged.get(key) != member.grants.get(key)}
    member.grants = merged
    member.save(update_fields=["grants"])
    if changed:
        append(
            mesh_id=mesh_id,
            type=events.GRANTS_CHANGED,
            actor=member_id,
            payload={"changed": changed},
        )
    return merged


def _check(key: str, granted: list[str] | None) -> None:
    if not is_public_key(key):
        raise MeshError("malformed", "Grants are given to keys: 64 lower-case hex characters.")
    unknown = sorted(set(granted or ()) - GRANTS)
    if unknown:
        known = ", ".join(sorted(GRANTS))
        raise MeshError("malformed", f"There is no grant {unknown[0]!r}. There are: {known}.")
