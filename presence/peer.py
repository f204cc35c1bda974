"""A peer: one presence on a mesh, on whichever node; what others see of a session."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from claudemesh_wire.fields import GroupRef, PeerInfo, Profile, Stats

from presence.clock import iso

if TYPE_CHECKING:
    from presence.roster import MemberView
    from presence.session import Session


@dataclass(slots=True)
class Details:
    """What a session told of where it runs; shown to peers it grants `read`."""

    pid: int | None = None
    cwd: str | None = None
    hostname: str | None = None
    peer_type: str | None = None
    channel: str | None = None
    model: str | None = None


@dataclass(slots=True, eq=False)
class Peer:
    """A listed presence. `session` is set while its socket is on this node.

    `lease_expires_at` set: the socket is gone, nobody was told yet.
    """

    presence_id: str
    mesh_id: str
    member_id: str
    member_key: str
    node_id: str
    session_id: str
    session_key: str
    name: str
    groups: list[GroupRef]
    connected_at: datetime
    last_seen_at: datetime
    status_at: datetime
    status: str = "idle"
    status_source: str = "inferred"
    summary: str | None = None
    visible: bool = True
    remote_addr: str = ""
    details: Details = field(default_factory=Details)
    stats: Stats = field(default_factory=Stats)
    lease_expires_at: datetime | None = None
    session: "Session | None" = None

    @property
    def key(self) -> str:
        """The key others address this session by."""
        return self.session_key or self.member_key

    @property
    def address(self) -> str:
        """What its deliveries are stored under: the session key, else a digest of its id."""
        return self.session_key or address_without_key(self.session_id)

    @property
    def connected(self) -> bool:
        """True while its socket is open, here or on another node."""
        return self.lease_expires_at is None

    def admits(self, priority: str) -> bool:
        """True if a message of that priority may be pushed in the present status."""
        return self.status == "idle" or priority == "now"

    def info(self, member: "MemberView", *, details: bool) -> PeerInfo:
        """The row of `peers_list`; without `details` what needs the grant `read` is left out."""
        shown = self.details if details else Details()
        return PeerInfo(
            pubkey=self.key,
            member_pubkey=self.member_key,
            display_name=self.name,
            status=self.status,  # type: ignore[arg-type]  # only ever set from the wire's type
            summary=self.summary if details else None,
            groups=self.groups,
            session_id=self.session_id,
            connected_at=iso(self.connected_at),
            role=member.role,
            status_source=self.status_source,  # type: ignore[arg-type]  # as status
            last_seen_at=iso(self.last_seen_at),
            cwd=shown.cwd,
            hostname=shown.hostname,
            peer_type=self.details.peer_type,
            channel=self.details.channel,
            model=self.details.model,
            stats=self.stats if self.stats != Stats() else None,
            visible=None if self.visible else False,
            profile=member.profile if details else None,
        )


def address_without_key(session_id: str) -> str:
    """The address of a session of an older client that has no key of its own, 63 characters."""
    return "id:" + hashlib.blake2b(session_id.encode(), digest_size=30).hexdigest()


def profile_of(value: dict[str, object]) -> Profile | None:
    """The stored profile, None when nothing was ever said."""
    return Profile(**value) if value else None  # type: ignore[arg-type]  # stored by us
