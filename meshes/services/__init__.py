"""Writes of the meshes app, one noun a module.

Each function is one transaction. Locks are always taken in the same order, mesh row before
invite row before member row, so that no two of them can wait for each other.

The audit log plugs in at these functions: each is one auditable event, and its entry belongs
into the same transaction, after the mesh row is locked. Grants and bans are writes to a member
and belong next to `members`; they announce themselves with `roster.touch` and
`signals.member_revoked`.
"""

from meshes.services.binding import bind_member_key
from meshes.services.invites import create_invite, revoke_invite
from meshes.services.joining import claim_invite, join_with_token
from meshes.services.keys import ensure_keys
from meshes.services.members import update_member
from meshes.services.meshes import archive_mesh, create_mesh, update_mesh

__all__ = [
    "archive_mesh",
    "bind_member_key",
    "claim_invite",
    "create_invite",
    "create_mesh",
    "ensure_keys",
    "join_with_token",
    "revoke_invite",
    "update_member",
    "update_mesh",
]
