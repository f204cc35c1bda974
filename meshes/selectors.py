"""Reads of the meshes app: which meshes somebody has, as what, and who and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from claudemesh_wire.errors import MeshError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit import chains
from meshes.membership import MANAGERS
from meshes.models import Ban, Invite, Member, Mesh

ActivePeerCounter = Callable[[Iterable[str]], dict[str, int]]

MAX_NEW_KEYS = 100
ROLE_RANK = {Member.Role.OWNER: 3, Member.Role.ADMIN: 2, Member.Role.MEMBER: 1}
SIGN_IN_AGAIN = (
    "Your key for this mesh came by a device that was signed out. "
    "On a machine of yours run: claudemesh login"
)


@dataclass(frozen=True)
class Standing:
    """What one account is in one mesh. `member` is None for an owner whose key never joined.

    The account keeps its place while all its keys are suspended: it may look, and sign in on
    another device. Only an owner, who is that by the account and by no key, still manages.
    """

    user: User
    mesh: Mesh
    role: Member.Role
    member: Member | None

    @property
    def is_owner(self) -> bool:
        return self.role == Member.Role.OWNER

    @property
    def suspended(self) -> bool:
        """True if every key by which the account is in the mesh came by a signed-out device."""
        member = self.member
        return not self.is_owner and member is not None and member.suspended_at is not None

    @property
    def can_manage(self) -> bool:
        return not self.suspended and self.role in MANAGERS

    @property
    def actor(self) -> str:
        """The caller as the audit log names it; what a barred key cannot do the account did."""
        if self.member is None or self.member.suspended_at is not None:
            return chains.of_account(self.user.pk)
        return self.member.pk

    def require_owner(self) -> None:
        """Raises MeshError("forbidden") for anybody but the owner."""
        if not self.is_owner:
            raise MeshError("forbidden", "Only the owner of the mesh may do that.")

    def require_manager(self) -> None:
        """Raises MeshError: "forbidden" for anybody but the owner and admins, "device_revoked"."""
        self.require_welcome()
        if not self.can_manage:
            raise MeshError("forbidden")

    def require_welcome(self) -> None:
        """Raises MeshError("device_revoked") while all keys of the account are suspended."""
        if self.suspended:
            raise MeshError("device_revoked", SIGN_IN_AGAIN)


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


def devices_with_keys(user: User) -> set[str]:
    """The ids of the devices by which keys of `user` came that are not suspended."""
    tied = Member.objects.filter(device__user=user, suspended_at__isnull=True)
    return {str(pk) for pk in tied.order_by().values_list("device_id", flat=True).distinct()}


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
    """The member to act by: one not suspended if there is one, then of the highest role.

    Owning the mesh outranks every role.
    """
    live = [member for member in members if member.revoked_at is None]
    best = max(live, key=_fitness, default=None)
    if mesh.owner_id == user.pk:
        return Standing(user, mesh, Member.Role.OWNER, best)
    return Standing(user, mesh, Member.Role(best.role), best) if best else None


def _fitness(member: Member) -> tuple[bool, int, bool]:
    return member.suspended_at is None, ROLE_RANK[Member.Role(member.role)], bool(member.pubkey)


def managed_mesh_ids(user: User) -> QuerySet[Mesh, str]:
    """Ids of the meshes that the account owns or is an admin of by a key that is welcome."""
    admin_in = Member.objects.filter(
        user=user, role__in=MANAGERS, revoked_at__isnull=True, suspended_at__isnull=True
    )
    own = Q(owner=user) | Q(pk__in=admin_in.values("mesh_id"))
    return Mesh.objects.filter(own, archived_at__isnull=True).values_list("pk", flat=True)


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


def new_keys_in(meshes: Iterable[Mesh], since: datetime) -> list[Member]:
    """Members who came since then, where another key came before under that account or name.

    A machine more, or somebody in another's name: who sees it should compare safety numbers.
    """
    earlier = Member.objects.filter(
        Q(user=OuterRef("user")) | Q(display_name__iexact=OuterRef("display_name")),
        mesh=OuterRef("mesh"),
        joined_at__lt=OuterRef("joined_at"),
    )
    newcomers = Member.objects.filter(
        counted_members(), mesh__in=list(meshes), joined_at__gte=since
    ).exclude(pubkey="")
    found = newcomers.filter(Exists(earlier.exclude(pubkey=""))).select_related("mesh", "user")
    return list(found.order_by("-joined_at", "-id")[:MAX_NEW_KEYS])


def invites_waiting_for(user: User) -> list[Invite]:
    """Open invites to verified addresses of the account, into meshes it has no part in yet.

    Nor had: an account with a banned key waits for its ban to be lifted, not for a link.
    """
    verified = EmailAddress.objects.filter(user=user, verified=True)
    addresses = {address.lower() for address in verified.values_list("email", flat=True)}
    known = Q(mesh__owner=user) | Q(mesh__in=Member.objects.filter(user=user).values("mesh"))
    rows = Invite.objects.filter(
        email__in=addresses,
        revoked_at__isnull=True,
        expires_at__gt=timezone.now(),
        used_count__lt=F("max_uses"),
        mesh__archived_at__isnull=True,
    ).exclude(known)
    return list(rows.select_related("mesh", "created_by").order_by("expires_at", "id"))


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
