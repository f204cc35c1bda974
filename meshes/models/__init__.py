"""The meshes tables. Rules that touch more than one row live in services."""

from meshes.models.ban import Ban
from meshes.models.invite import Invite
from meshes.models.member import Member
from meshes.models.memory import Memory
from meshes.models.mesh import Mesh
from meshes.models.reminder import Reminder
from meshes.models.state_entry import StateEntry

__all__ = ["Ban", "Invite", "Member", "Memory", "Mesh", "Reminder", "StateEntry"]
