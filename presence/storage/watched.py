"""Reads a mesh for those who watch it in a browser, and whether they still may."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace

from claudemesh_wire.errors import MeshError
from django.conf import settings
from django.contrib.auth import get_user
from msgspec import json

from accounts.models import User
from meshes.models import Member, Mesh
from meshes.selectors import MANAGERS, Standing, standing_in, strongest
from presence.listing import Listing, Viewer, listing
from presence.peer import Peer
from presence.roster import MemberView
from presence.storage.rosters import read_roster


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser session that watches, and the account it was opened with."""

    session_key: str
    user_id: str


class SignedOut(Exception):
    """The browser session is over: signed out, expired, password changed, account closed."""


class NoMember(Exception):
    """The account has no place on the mesh, or not any more."""


#: What a visitor gets: the listing as JSON, or why there is none.
Answer = str | SignedOut | NoMember


def let_in(slug: str, session_key: str) -> tuple[str, Visitor]:
    """The id of the mesh and who looks at it. Raises SignedOut, NoMember."""
    user = signed_in(session_key)
    try:
        standing = standing_in(user, slug)
    except MeshError as error:
        raise NoMember from error
    return standing.mesh.pk, Visitor(session_key, user.pk)


def look(mesh_id: str, visitors: Collection[Visitor]) -> dict[Visitor, Answer]:
    """One reading of the mesh for all who watch it; each is asked again who they are."""
    mesh = Mesh.objects.filter(pk=mesh_id, archived_at__isnull=True).first()
    reading = read_roster(mesh_id) if mesh is not None else None
    if mesh is None or reading is None:
        return {visitor: NoMember() for visitor in visitors}
    members = {member.id: member for member in reading.members}
    texts: dict[str, str] = {}
    answers: dict[Visitor, Answer] = {}
    for visitor in visitors:
        try:
            standing = _standing(mesh, visitor)
        except (SignedOut, NoMember) as gone:
            answers[visitor] = gone
            continue
        if visitor.user_id not in texts:
            texts[visitor.user_id] = _text(reading.peers, members, standing)
        answers[visitor] = texts[visitor.user_id]
    return answers


def listing_for(standing: Standing) -> Listing:
    """Who is on the mesh now, as the account of `standing` sees it."""
    reading = read_roster(standing.mesh.pk)
    if reading is None:
        return Listing([], 0, 0, False)
    members = {member.id: member for member in reading.members}
    return listing(reading.peers, members, viewer_of(standing))


def viewer_of(standing: Standing) -> Viewer:
    """The account's members on the mesh. It removes others as the strongest of them."""
    own = Member.objects.filter(mesh=standing.mesh, user=standing.user, revoked_at__isnull=True)
    rows = list(own.values_list("pk", "pubkey"))
    acting = standing.member if standing.can_manage else None
    return Viewer(
        member_ids=frozenset(pk for pk, _ in rows),
        keys=frozenset(key for _, key in rows if key),
        acting_member_id=acting.pk if acting is not None else "",
        manages=acting is not None and acting.role in MANAGERS,
    )


def signed_in(session_key: str) -> User:
    """The account behind a browser session, by Django's own rules. Raises SignedOut."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]  # all it reads
    if not isinstance(user, User):
        raise SignedOut
    return user


def _standing(mesh: Mesh, visitor: Visitor) -> Standing:
    user = signed_in(visitor.session_key)
    if user.pk != visitor.user_id:
        raise SignedOut
    standing = strongest(mesh, user, Member.objects.filter(mesh=mesh, user=user))
    if standing is None:
        raise NoMember
    return standing


def _text(peers: list[Peer], members: dict[str, MemberView], standing: Standing) -> str:
    return json.encode(listing(peers, members, viewer_of(standing))).decode()
