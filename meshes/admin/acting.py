"""On whose behalf the admin acts in a mesh: as the person's own member there, or the operator."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.http import HttpRequest

from accounts.admin.base import is_operator, person_of
from meshes.models import Member, Mesh
from meshes.selectors import Standing, strongest


def standing_of(request: HttpRequest, mesh: Mesh) -> Standing:
    """The person's place in a live mesh that they manage.

    Raises MeshError: "forbidden" for a superuser who does not manage it, "not_found" for others.
    """
    user = person_of(request)
    if mesh.archived_at is not None:
        raise MeshError("not_found", f"{mesh.slug} is archived.")
    standing = strongest(mesh, user, mesh.members.filter(user=user))
    if standing is not None and standing.can_manage:
        return standing
    if is_operator(request):
        message = (
            f"You are no owner or admin of {mesh.slug}. As the operator you may end sessions, "
            "withdraw invitations and archive; the rest is for those who manage the mesh."
        )
        raise MeshError("forbidden", message)
    raise MeshError("not_found", "You have no mesh of that name.")


def standing_or_operator(request: HttpRequest, mesh: Mesh) -> Standing:
    """As above; a superuser without a place acts with the owner's powers, as an account.

    For what only takes away: it gives nobody a way into the mesh. The audit log names the account.
    """
    try:
        return standing_of(request, mesh)
    except MeshError as error:
        if error.code != "forbidden":
            raise
    return Standing(person_of(request), mesh, Member.Role.OWNER, None)


def acting_member_id(request: HttpRequest, mesh: Mesh) -> str:
    """The member that bans for the person. Raises MeshError as `standing_of` does."""
    member = standing_of(request, mesh).member
    if member is None:
        raise MeshError("forbidden", f"You have no member on {mesh.slug}; join it first.")
    return member.pk


def removing_member_id(request: HttpRequest, mesh: Mesh) -> str:
    """The member that ends sessions for the person; "" for the operator."""
    if standing_or_operator(request, mesh).member is None and is_operator(request):
        return ""
    return acting_member_id(request, mesh)
