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
from presence.roster import MemberView, Roster
from presence.runtime import Runtime
from presence.session import Session
from presence.storage.removing import How

MANAGERS = frozenset({"owner", "admin"})
#: Nobody is silent for longer; dates before the year 1 do not exist.
LONGEST = timedelta(days=36_500)


async def disconnect(runtime: Runtime, session: Session, message: Disconnect) -> DisconnectAck:
    """Closes sockets; their clients come back by themselves."""
    names = await _remove(runtime, session, message, CloseCode.DONE, "disconnected")
    return DisconnectAck(affected=names, kicked=names)


async def kick(runtime: Runtime, session: Session, message: Kick) -> KickAck:
    """Ends sessions; their people may start new ones."""
    names = await _remove(runtime, session, message, CloseCode.KICKED, "kicked")
    return KickAck(affected=names, kicked=names)


async def ban(runtime: Runtime, session: Session, message: Ban) -> BanAck:
    """Revokes a member; the signal after the commit closes its sockets everywhere."""
    roster = await managed_roster(runtime, session)
    member = _member(roster, message.target, banned=False)
    await runtime.ledger.call(
        lambda: bans.ban(
            mesh_id=session.mesh_id,
            by_member_id=session.member_id,
            member_id=member.id,
            reason=message.reason or "",
        )
    )
    await runtime.rosters.refresh(session.mesh_id)
    await runtime.removals.member_out(session.mesh_id, member.id)
    return BanAck(banned=member.name)


async def unban(runtime: Runtime, session: Session, message: Unban) -> UnbanAck:
    """Lets a banned member back."""
    roster = await managed_roster(runtime, session)
    member = _member(roster, message.target, banned=True)
    await runtime.ledger.call(
        lambda: bans.unban(
            mesh_id=session.mesh_id, by_member_id=session.member_id, member_id=member.id
        )
    )
    await runtime.rosters.refresh(session.mesh_id)
    return UnbanAck(unbanned=member.name)


async def list_bans(runtime: Runtime, session: Session, message: ListBans) -> ListBansResult:
    """Who is banned, by whom and why."""
    await managed_roster(runtime, session)
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


async def managed_roster(runtime: Runtime, session: Session) -> Roster:
    """The roster as it is now, for owner and admins. Raises `forbidden`, `device_revoked`."""
    roster = await runtime.rosters.refresh(session.mesh_id)
    member = roster.members.get(session.member_id) if roster else None
    if roster is None or member is None or member.revoked or member.role not in MANAGERS:
        raise MeshError("forbidden")
    if member.suspended:
        raise MeshError("device_revoked")
    return roster


async def _remove(
    runtime: Runtime, session: Session, message: Disconnect | Kick, code: CloseCode, reason: str
) -> list[str]:
    roster = await managed_roster(runtime, session)
    peers = _targets(runtime, roster, session, message)
    how: How = "all" if message.all else "stale" if message.stale is not None else "one"
    return await runtime.removals.remove(
        peers, code, reason, by_member_id=session.member_id, how=how
    )


def _targets(
    runtime: Runtime, roster: Roster, session: Session, message: Disconnect | Kick
) -> list[Peer]:
    """The peers meant; `stale` and `all` mean other people. Raises `malformed` unless one way."""
    ways = [message.target is not None, message.stale is not None, message.all is True]
    if sum(ways) != 1:
        raise MeshError("malformed", "Name a target, or stale, or all.")
    if message.target is not None:
        return _named(roster, session, message.target)
    others = [peer for peer in roster.peers.values() if peer.member_id != session.member_id]
    if message.all:
        return others
    silent_since = now() - min(timedelta(milliseconds=message.stale or 0), LONGEST)
    return [p for p in others if runtime.reconciler.last_sign_of(p) < silent_since]


def _named(roster: Roster, session: Session, target: str) -> list[Peer]:
    found = find(roster, target).peers
    others = [peer for peer in found if not _is_own(session, peer)]
    if found and not others:
        raise MeshError("invalid", "That is your own session; end it yourself.")
    if not others:
        raise MeshError("not_found", f"{target!r} has no session here just now.")
    return others


def _is_own(session: Session, peer: Peer) -> bool:
    """The caller's session, or the one that a one-shot command of it runs in."""
    same_id = peer.member_id == session.member_id and peer.session_id == session.peer.session_id
    return peer.presence_id == session.peer.presence_id or same_id


def _member(roster: Roster, target: str, *, banned: bool) -> MemberView:
    """The member meant; if none of that kind is, one of the other, which is refused as such."""
    try:
        return find(roster, target, banned=banned).member
    except MeshError as nobody:
        if nobody.code != "not_found":
            raise
        try:
            return find(roster, target, banned=not banned).member
        except MeshError:
            raise nobody from None
