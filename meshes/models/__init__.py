"""The meshes tables. Rules that touch more than one row live in services."""

from meshes.models.ban import Ban
from meshes.models.invite import Invite
from meshes.models.member import Member
from meshes.models.mesh import Mesh

__all__ = ["Ban", "Invite", "Member", "Mesh"]
