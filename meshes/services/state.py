"""Writing shared state. Tells nobody: the realtime core does that after the commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from meshes import state_grants
from meshes.membership import active_member, lock_mesh
from meshes.models import Member, StateEntry

MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class StateLimits:
    """Keys of a mesh, bytes of one value, bytes of all keys and values of a mesh."""

    keys: int
    value_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote, when, and the roster version that the grants it was checked by have."""

    by: str
    at: datetime
    roster_version: int


def value_text(value: Any, *, max_bytes: int) -> str:
    """A decoded JSON value as stored. Raises MeshError "too_large" for too deep or too long."""
    if _levels(value) > MAX_DEPTH:
        raise MeshError("too_large", f"The value is nested more than {MAX_DEPTH} levels deep.")
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    size = len(text.encode())
    if size > max_bytes:
        raise MeshError("too_large", f"The value has {size} bytes, {max_bytes} is the most.")
    return text


@transaction.atomic
def set_state(
    *,
    mesh_id: str,
    member_id: str,
    session_key: str,
    key: str,
    value: Any,
    limits: StateLimits,
) -> Written:
    """Set a key for the whole mesh; the last writer wins. None removes the key.

    Raises MeshError: "too_large" past a limit, "forbidden" where the last writer does not let
    this member change what it wrote, "unauthorized" and "revoked".
    """
    text = None if value is None else value_text(value, max_bytes=limits.value_bytes)
    lock_mesh(mesh_id)
    member = active_member(mesh_id, member_id)
    entries = StateEntry.objects.filter(mesh_id=mesh_id)
    entry = entries.select_related("updated_by").filter(key=key).first()
    if entry is not None:
        _check_writer(entry.updated_by, member, session_key)
    at = timezone.now()
    if text is None:
        entries.filter(key=key).delete()
    else:
        size = len(key.encode()) + len(text.encode())
        _check_room(mesh_id, entry, size, limits)
        entries.update_or_create(
            mesh_id=mesh_id,
            key=key,
            defaults={
                "value": text,
                "size": size,
                "updated_by": member,
                "updated_by_name": member.display_name,
                "updated_at": at,
            },
        )
    return Written(member.display_name, at, member.mesh.roster_version)


def _check_writer(last: Member, member: Member, session_key: str) -> None:
    """Managers may clear up behind anybody; a removed member's wishes count no more."""
    keys = [member.pubkey, session_key]
    if last.pk == member.pk or last.revoked_at is not None or member.can_manage:
        return
    if not state_grants.may_write(last.grants, keys):
        raise MeshError("forbidden", f"{last.display_name} does not let you change this key.")


def _check_room(mesh_id: str, before: StateEntry | None, size: int, limits: StateLimits) -> None:
    others = StateEntry.objects.filter(mesh_id=mesh_id)
    if before is not None:
        others = others.exclude(pk=before.pk)
    held = others.aggregate(keys=Count("pk"), bytes=Sum("size", default=0))
    if held["keys"] >= limits.keys:
        message = f"This mesh has {limits.keys} keys of shared state, which is the most."
        raise MeshError("too_large", f"{message} Set one to null to remove it.")
    if held["bytes"] + size > limits.total_bytes:
        message = f"Shared state would have more than {limits.total_bytes} bytes."
        raise MeshError("too_large", f"{message} Set a key to null to remove it.")


def _levels(value: Any) -> int:
    """How deep the value is nested; a loop, for the depth is the client's choice."""
    levels, level = 0, [value]
    while level and levels <= MAX_DEPTH:
        levels += 1
        level = [child for one in level for child in _children(one)]
    return levels


def _children(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()
