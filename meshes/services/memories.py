"""Remembering and forgetting. The full-text index follows by itself in the database."""

from __future__ import annotations

from collections.abc import Sequence

from claudemesh_wire.errors import MeshError
from django.db import transaction
from django.utils import timezone

from meshes.membership import active_member, lock_mesh
from meshes.models import Memory


@transaction.atomic
def remember(
    *,
    mesh_id: str,
    member_id: str,
    memory_id: str,
    content: str,
    tags: Sequence[str],
    max_bytes: int,
    max_memories: int,
) -> Memory:
    """Store a memory under an id of the caller's making; the same id again stores nothing more.

    White space inside a tag becomes one space, empty tags are left out. Raises MeshError:
    "too_large" past a limit, "malformed" for blank content, "unauthorized" and "revoked".
    """
    if not content.strip():
        raise MeshError("malformed", "There is nothing to remember.")
    tag_lines = "\n".join(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in tags))))
    size = len(content.encode()) + len(tag_lines.encode())
    if size > max_bytes:
        raise MeshError("too_large", f"The memory has {size} bytes, {max_bytes} is the most.")
    lock_mesh(mesh_id)
    member = active_member(mesh_id, member_id)
    before = Memory.objects.filter(mesh_id=mesh_id, public_id=memory_id).first()
    if before is not None:
        return before
    if Memory.objects.filter(mesh_id=mesh_id).count() >= max_memories:
        message = f"This mesh keeps {max_memories} memories, which is the most; forget one first."
        raise MeshError("too_large", message)
    return Memory.objects.create(
        public_id=memory_id,
        mesh_id=mesh_id,
        content=content,
        tags=tag_lines,
        remembered_by=member,
        remembered_by_name=member.display_name,
        remembered_at=timezone.now(),
    )


@transaction.atomic
def forget(*, mesh_id: str, member_id: str, memory_id: str) -> None:
    """Delete a memory: one's own, or any for the owner and admins.

    Raises MeshError: "not_found", the same for one that is not there and one that is somebody
    else's; "unauthorized" and "revoked".
    """
    member = active_member(mesh_id, member_id)
    memories = Memory.objects.filter(mesh_id=mesh_id, public_id=memory_id)
    if not member.can_manage:
        memories = memories.filter(remembered_by=member)
    deleted, _ = memories.delete()
    if not deleted:
        message = "There is no such memory, or it is not yours to forget."
        raise MeshError("not_found", message)
