"""disconnect, kick, ban, unban, list_bans: the owner's and admins' three ways to remove."""

from datetime import timedelta

from claudemesh_wire.broker import BanAck, DisconnectAck, KickAck, ListBansResult, UnbanAck
from claudemesh_wire.client import Ban, Disconnect, Kick, ListBans, Unban
from claudemesh_wire.close_codes import CloseCode
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import BanInfo

from meshes.selectors import open_bans
from meshes.services import bans
from presence.clock import iso, now
from presence.naming import find
from presence.peer import Peer
from presence.roster import Roster
from presence.runtime import Runtime
from presence.session import Session

MANAGERS = frozenset({"owner", "admin"})


async def disconnect(runtime: Runtime, session: Session, message: Disconnect) -> DisconnectAck:
    """Closes sockets; their clients come back by themselves."""
    peers = _targets(runtime, session, message)
    await runtime.removals.remove(peers, CloseCode.DONE, "disconnected")
    names = [peer.name for peer in peers]
    return DisconnectAck(affected=names, kicked=names)


async def kick(runtime: Runtime, session: Session, message: Kick) -> KickAck:
    """Ends sessions; their people may start new ones."""
    peers = _targets(runtime, session, message)
    await runtime.removals.remove(peers, CloseCode.KICKED, "kicked")
    names = [peer.name for peer in peers]
    return KickAck(affected=names, kicked=names)


async def ban(runtime: Runtime, session: Session, message: Ban) -> BanAck:
    """Revokes a member; the signal after the commit closes its sockets everywhere."""
    roster = managed_roster(runtime, session)
    member = find(roster, message.target).member
    await runtime.ledger.call(
        lambda: bans.ban(
            mesh_id=session.mesh_id,
            by_member_id=session.member_id,
            member_id=member.id,
            reason=message.reason or "",
        )
    )
    await runtime.rosters.refresh(session.mesh_id)
    await runtime.removals.member_revoked(session.mesh_id, member.id)
    return BanAck(banned=member.name)


async def unban(runtime: Runtime, session: Session, message: Unban) -> UnbanAck:
    """Lets a banned member back."""
    roster = managed_roster(runtime, session)
    member = find(roster, message.target).member
    await runtime.ledger.call(
        lambda: bans.unban(
            mesh_id=session.mesh_id, by_member_id=session.member_id, member_id=member.id
        )
    )
    await runtime.rosters.refresh(session.mesh_id)
    return UnbanAck(unbanned=member.name)


async def list_bans(runtime: Runtime, session: Session, message: ListBans) -> ListBansResult:
    """Who is banned, by whom and why."""
    managed_roster(runtime, session)
    rows = await runtime.ledger.call(lambda: open_bans(session.mesh_id))
    return ListBansResult(
        bans=[
            BanInfo(
                name=row.member.display_name,
                pubkey=row.member.pubkey,
                revoked_at=iso(row.banned_at),
                banned_by=row.banned_by.display_name,
                reason=row.reason,
            )
            for row in rows
        ]
    )


def managed_roster(runtime: Runtime, session: Session) -> Roster:
    """The roster, for the owner and admins. Raises MeshError `forbidden`."""
    roster = runtime.rosters.loaded(session.mesh_id)
    member = roster.members.get(session.member_id) if roster else None
    if roster is None or member is None or member.revoked or member.role not in MANAGERS:
        raise MeshError("forbidden")
    return roster


def _targets(runtime: Runtime, session: Session, message: Disconnect | Kick) -> list[Peer]:
    """The peers meant, never one's own session. Raises `malformed` unless one way is named."""
    roster = managed_roster(runtime, session)
    ways = [message.target is not None, message.stale is not None, message.all is True]
    if sum(ways) != 1:
        raise MeshError("malformed", "Name a target, or stale, or all.")
    if message.target is not None:
        peers = find(roster, message.target).peers
        found = [peer for peer in peers if not _is_own(session, peer)]
        if not found:
            raise MeshError("not_found", f"{message.target!r} has no other session here.")
        return found
    others = [p for p in roster.peers.values() if p.member_id != session.member_id]
    if message.all:
        return others
    silent_since = now() - timedelta(milliseconds=message.stale or 0)
    return [peer for peer in others if peer.last_seen_at < silent_since]


def _is_own(session: Session, peer: Peer) -> bool:
    """The caller's session, or the one that a one-shot command of it runs in."""
    own_id = peer.member_id == session.member_id and peer.session_id == session.peer.session_id
    return peer.presence_id == session.peer.presence_id or own_id
