"""Who acts: the member behind a request, read afresh, in the caller's transaction."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError

from meshes.models import Member, Mesh

MANAGERS = (Member.Role.OWNER, Member.Role.ADMIN)


def active_member(mesh_id: str, member_id: str) -> Member:
    """The member, with its mesh. Raises MeshError "unauthorized", "revoked", "device_revoked"."""
    found = Member.objects.select_related("mesh").filter(mesh_id=mesh_id, pk=member_id).first()
    if found is None or found.mesh.archived_at is not None:
        raise MeshError("unauthorized")
    check_welcome(found)
    return found


def check_welcome(member: Member) -> None:
    """Raises MeshError "revoked" for the banned, "device_revoked" for a suspended key."""
    if member.revoked_at is not None:
        raise MeshError("revoked")
    if member.suspended_at is not None:
        raise MeshError("device_revoked")


def lock_mesh(mesh_id: str) -> None:
    """Makes writers of a mesh's shared things queue, so that they count what the other wrote.

    On SQLite transactions queue anyway. New members and invites may come in meanwhile.
    """
    list(Mesh.objects.select_for_update(no_key=True).filter(pk=mesh_id).values_list("pk"))


def managing_member(mesh_id: str, member_id: str, *, by_account: bool = False) -> Member:
    """The member, if it is the owner or an admin. Raises MeshError "forbidden", "device_revoked".

    `by_account`: not the key asks but the account, signed in. An owner is that by its account, so
    a suspended key does not stop it.
    """
    found = Member.objects.filter(mesh_id=mesh_id, pk=member_id).first()
    if found is None or found.revoked_at is not None or found.role not in MANAGERS:
        raise MeshError("forbidden")
    if found.suspended_at is not None and not (by_account and found.role == Member.Role.OWNER):
        raise MeshError("device_revoked")
    return found
