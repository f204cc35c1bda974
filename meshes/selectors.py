"""Reads of the meshes app: which meshes somebody has, and as what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from claudemesh_wire.errors import MeshError
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit import chains
from meshes.models import Ban, Invite, Member, Mesh

ActivePeerCounter = Callable[[Iterable[str]], dict[str, int]]

ROLE_RANK = {Member.Role.OWNER: 3, Member.Role.ADMIN: 2, Member.Role.MEMBER: 1}


@dataclass(frozen=True)
class Standing:
    """What one account is in one mesh. `member` is None for an owner whose key never joined."""

    user: User
    mesh: Mesh
    role: Member.Role
    member: Member | None

    @property
    def is_owner(self) -> bool:
        return self.role == Member.Role.OWNER

    @property
    def can_manage(self) -> bool:
        return self.role in (Member.Role.OWNER, Member.Role.ADMIN)

    @property
    def actor(self) -> str:
        """The caller as the audit log names it."""
        return self.member.pk if self.member else chains.of_account(self.user.pk)

    def require_owner(self) -> None:
        """Raises MeshError("forbidden") for anybody but the owner."""
        if not self.is_owner:
            raise MeshError("forbidden", "Only the owner of the mesh may do that.")

    def require_manager(self) -> None:
        """Raises MeshError("forbidden") for anybody but the owner and admins."""
        if not self.can_manage:
            raise MeshError("forbidden")


def nobody_active(mesh_ids: Iterable[str]) -> dict[str, int]:
    """Stands in while no realtime layer has registered a counter."""
    return {}


active_peer_counter: ActivePeerCounter = nobody_active


def register_active_peer_counter(counter: ActivePeerCounter) -> None:
    """Let the realtime layer above say how many peers of each mesh are connected.

    `counter` takes mesh ids and returns {mesh id: connected peers}; absent ids count as 0.
    """
    global active_peer_counter
    active_peer_counter = counter


def standing_in(user: User, slug: str) -> Standing:
    """The caller's place in the mesh `slug`.

    Raises MeshError("not_found"), the same for a mesh that does not exist, one that is
    archived, and one that the caller is no (longer a) member of: ids are not capabilities.
    """
    mesh = Mesh.objects.filter(slug=slug, archived_at__isnull=True).first()
    members = list(mesh.members.filter(user=user)) if mesh else []
    standing = strongest(mesh, user, members) if mesh else None
    if standing is None:
        raise MeshError("not_found", "You have no mesh of that name.")
    return standing


def standings_of(user: User) -> list[Standing]:
    """Every mesh the account owns or is an unrevoked member of, by name; no archived ones."""
    meshes = (
        Mesh.objects.filter(archived_at__isnull=True)
        .filter(Q(owner=user) | Q(members__user=user, members__revoked_at__isnull=True))
        .distinct()
        .order_by("name", "id")
    )
    by_mesh: dict[str, list[Member]] = {}
    for member in Member.objects.filter(user=user, mesh__in=meshes):
        by_mesh.setdefault(member.mesh_id, []).append(member)
    found = (strongest(mesh, user, by_mesh.get(mesh.pk, [])) for mesh in meshes)
    return [standing for standing in found if standing]


def strongest(mesh: Mesh, user: User, members: Iterable[Member]) -> Standing | None:
    """The highest role among the account's members; owning the mesh outranks them all."""
    live = [member for member in members if member.revoked_at is None]
    best = max(live, key=lambda member: ROLE_RANK[Member.Role(member.role)], default=None)
    if mesh.owner_id == user.pk:
        return Standing(user, mesh, Member.Role.OWNER, best)
    return Standing(user, mesh, Member.Role(best.role), best) if best else None


def counted_members() -> Q:
    """Members who are in: not revoked, and bound to a key or still allowed to bind one."""
    return Q(revoked_at__isnull=True) & (~Q(pubkey="") | Q(bind_until__gt=timezone.now()))


def open_bans(mesh_id: str) -> list[Ban]:
    """Bans of a mesh that were not lifted, newest first."""
    rows = Ban.objects.filter(mesh_id=mesh_id, lifted_at__isnull=True)
    return list(rows.select_related("member", "banned_by"))


def member_counts(mesh_ids: Iterable[str]) -> dict[str, int]:
    """{mesh id: how many members are in}."""
    rows = Member.objects.filter(counted_members(), mesh__in=list(mesh_ids))
    counted = rows.order_by().values("mesh_id").annotate(count=Count("pk"))
    return {row["mesh_id"]: row["count"] for row in counted}


def live_members(mesh: Mesh) -> QuerySet[Member]:
    """The members who are in, in the order they joined."""
    return mesh.members.filter(counted_members()).order_by("joined_at", "id")


def invites_of(mesh: Mesh) -> QuerySet[Invite]:
    """Every invite of the mesh, newest first, also dead ones: they show where people came from."""
    return mesh.invites.select_related("created_by").order_by("-created_at")


def open_invite(code: str) -> Invite | None:
    """The invite behind a link, if it would still let somebody in."""
    invite = (
        Invite.objects.select_related("mesh", "created_by")
        .filter(code=code, mesh__archived_at__isnull=True)
        .first()
    )
    return invite if invite and invite.status(timezone.now()) == "open" else None
