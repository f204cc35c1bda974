"""Who is on a mesh, as one account may see it: for pages and the live view. Reads no database.

The same rule as `list_peers`: what needs the grant `read` is shown to those who have it.
"""

from dataclasses import dataclass
from datetime import datetime

from claudemesh_wire.capabilities import READ
from msgspec import Struct

from presence.clock import iso
from presence.peer import Details, Peer
from presence.plain_text import plain
from presence.roster import MemberView

#: Sessions shown at once; a page and a frame stay small whatever the mesh is.
MAX_SHOWN = 50
MAX_NAME_CHARS = 80
MAX_TEXT_CHARS = 160
MAX_GROUPS = 8


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the account's members on the mesh, and as which of them it removes others."""

    member_ids: frozenset[str]
    keys: frozenset[str]
    acting_member_id: str
    manages: bool


class Sight(Struct, frozen=True, rename="camel"):
    """One session as a viewer sees it. None is what the viewer may not see, or was never said."""

    id: str
    name: str
    member: str
    role: str
    status: str
    summary: str | None
    place: str | None
    groups: list[str]
    model: str | None
    connected: bool
    hidden: bool
    own: bool
    removable: bool
    connected_at: str
    last_seen_at: str

    @property
    def since(self) -> datetime:
        """When it connected, for templates."""
        return datetime.fromisoformat(self.connected_at)

    @property
    def seen(self) -> datetime:
        """Its last sign of life, for templates."""
        return datetime.fromisoformat(self.last_seen_at)

    @property
    def state(self) -> str:
        """The word shown: its status, or that the line is down."""
        return self.status if self.connected else "away"


class Listing(Struct, frozen=True, tag_field="type", tag="presences", rename="camel"):
    """Sessions in the order shown; `total` counts those beyond MAX_SHOWN, too."""

    presences: list[Sight]
    total: int
    people: int
    manages: bool

    @property
    def removable(self) -> bool:
        """True if the viewer may remove any of those shown."""
        return any(sight.removable for sight in self.presences)

    @property
    def beyond(self) -> int:
        """How many sessions are not shown."""
        return self.total - len(self.presences)


def listing(peers: list[Peer], members: dict[str, MemberView], viewer: Viewer) -> Listing:
    """What a viewer sees of the peers of a mesh; those of who is out are left out."""
    known = [peer for peer in peers if _is_in(members.get(peer.member_id))]
    shown = sorted(known, key=_order)[:MAX_SHOWN]
    sights = [_sight(peer, members[peer.member_id], viewer) for peer in shown]
    people = len({peer.member_id for peer in known if peer.connected})
    return Listing(sights, len(known), people, viewer.manages)


def _is_in(member: MemberView | None) -> bool:
    return member is not None and member.welcome


def _order(peer: Peer) -> tuple[bool, str, datetime, str]:
    return not peer.connected, peer.name.lower(), peer.connected_at, peer.presence_id


def _sight(peer: Peer, member: MemberView, viewer: Viewer) -> Sight:
    own = peer.member_id in viewer.member_ids
    readable = own or any(member.allows(key, "", READ) for key in viewer.keys)
    details = peer.details if readable else Details()
    return Sight(
        id=peer.presence_id,
        name=plain(peer.name, MAX_NAME_CHARS),
        member=plain(member.name, MAX_NAME_CHARS),
        role=member.role,
        status=peer.status,
        summary=plain(peer.summary, MAX_TEXT_CHARS) if readable and peer.summary else None,
        place=_place(details),
        groups=[plain(group.name, MAX_NAME_CHARS) for group in peer.groups[:MAX_GROUPS]],
        model=plain(peer.details.model, MAX_NAME_CHARS) if peer.details.model else None,
        connected=peer.connected,
        hidden=not peer.visible,
        own=own,
        removable=viewer.manages and peer.member_id != viewer.acting_member_id,
        connected_at=iso(peer.connected_at),
        last_seen_at=iso(peer.last_seen_at),
    )


def _place(details: Details) -> str | None:
    """`host:directory`, as far as it was told; the end of a long path says most."""
    parts = [part for part in (details.hostname, _tail(details.cwd)) if part]
    return plain(":".join(parts), 2 * MAX_TEXT_CHARS) if parts else None


def _tail(path: str | None) -> str | None:
    if path is None or len(path) <= MAX_TEXT_CHARS:
        return path
    return "…" + path[1 - MAX_TEXT_CHARS :]
