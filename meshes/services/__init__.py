"""Writes of the meshes app, one noun a module.

Each function is one transaction. Locks are always taken in the same order, device row before
mesh row before invite row before member row, and several meshes in the order of their ids, so
that no two of them can wait for each other.

Each appends what it did to the mesh's audit log, in the same transaction. The lock of the log is
taken last: behind it nothing else may be waited for.
"""

from meshes.services.binding import bind_member_key
from meshes.services.invites import create_invite, revoke_invite
from meshes.services.joining import claim_invite, join_with_token
from meshes.services.keys import ensure_keys
from meshes.services.leaving import leave_mesh
from meshes.services.members import update_member
from meshes.services.meshes import archive_mesh, create_mesh, update_mesh
from meshes.services.suspension import suspend_key
from meshes.services.syncing import sync

__all__ = [
    "archive_mesh",
    "bind_member_key",
    "claim_invite",
    "create_invite",
    "create_mesh",
    "ensure_keys",
    "join_with_token",
    "leave_mesh",
    "revoke_invite",
    "suspend_key",
    "sync",
    "update_member",
    "update_mesh",
]
