"""Reads of what a mesh shares: state, the number of memories, reminders. Writes nothing."""

from __future__ import annotations

from meshes import state_grants
from meshes.membership import active_member
from meshes.models import Member, Memory, Reminder, StateEntry


def visible_state(
    *, mesh_id: str, member_id: str, session_key: str, key: str | None = None
) -> list[StateEntry]:
    """The entries that this member may see, by key; all of them, or the one named.

    Raises MeshError "unauthorized", "revoked".
    """
    reader = active_member(mesh_id, member_id)
    entries = StateEntry.objects.filter(mesh_id=mesh_id).select_related("updated_by")
    if key is not None:
        entries = entries.filter(key=key)
    return [entry for entry in entries.order_by("key") if _sees(reader, session_key, entry)]


def count_memories(mesh_id: str) -> int:
    """How many memories a mesh keeps."""
    return Memory.objects.filter(mesh_id=mesh_id).count()


def reminders_of(*, mesh_id: str, member_id: str) -> list[Reminder]:
    """A member's own reminders, the next one first. Raises MeshError "unauthorized", "revoked"."""
    author = active_member(mesh_id, member_id)
    return list(Reminder.objects.filter(author=author).order_by("due_at", "id"))


def _sees(reader: Member, session_key: str, entry: StateEntry) -> bool:
    """What one wrote oneself is visible; a removed member's grants count no more."""
    writer = entry.updated_by
    if writer.pk == reader.pk or writer.revoked_at is not None:
        return True
    return state_grants.may_read(writer.grants, [reader.pubkey, session_key])
