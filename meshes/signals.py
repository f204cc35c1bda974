"""What happened to a mesh, said after commit, for layers above that must act on it.

`presence` listens and closes sockets or reloads rosters; `meshes` never imports it. Each is
sent with `sender=Mesh`:

roster_changed(mesh_id: str)                  members, roles, grants or policy changed
member_revoked(mesh_id: str, member_id: str)  a member lost its place
member_suspended(mesh_id: str, member_id: str)  a member's key is barred with its device
mesh_archived(mesh_id: str)                   the mesh is closed for everybody

One is sent inside the transaction, so that what hangs on it is never done by halves:

member_returning(mesh_id: str, member_id: str)  a ban is about to be lifted
"""

from django.dispatch import Signal

roster_changed = Signal()
member_revoked = Signal()
member_suspended = Signal()
mesh_archived = Signal()
member_returning = Signal()
