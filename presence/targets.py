"""Who a `send` is for: turns a target into recipients. Pure: reads the roster, changes nothing."""

import re
from typing import NamedTuple

from claudemesh_wire.capabilities import BROADCAST, DM
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import GroupRef

from presence.peer import Peer
from presence.roster import MemberView, Roster

_KEY = re.compile(r"[0-9a-f]{64}")
EVERYBODY = frozenset({"*", "@all"})


class Recipient(NamedTuple):
    """One delivery to be. `address` names a session; "" means the member's next one.

    `online`: its socket is open. `idle`: it takes messages of any priority at once.
    """

    member_id: str
    address: str
    key: str
    name: str
    online: bool
    idle: bool = False


class Resolution(NamedTuple):
    """Recipients, and how many the target matched before grants left some out.

    The sender is told only of what matched, so that it cannot tell who left it out.
    """

    recipients: list[Recipient]
    matched: int
    online: int


class Sender(NamedTuple):
    """Who asks: `presence_id` is left out of what it sends to its own member key."""

    member_id: str
    member_key: str
    session_key: str
    presence_id: str


def is_direct(target: str) -> bool:
    """True for a key. Raises MeshError `bad_target` for what is no target at all."""
    if _KEY.fullmatch(target):
        return True
    if target in EVERYBODY or (target.startswith("@") and len(target) > 1):
        return False
    raise MeshError("bad_target")


def resolve(roster: Roster, sender: Sender, target: str, *, hold: bool) -> Resolution:
    """The recipients of a target. Raises MeshError `bad_target`, `no_recipient`, `blocked`."""
    if is_direct(target):
        return _direct(roster, sender, target, hold=hold)
    group = None if target in EVERYBODY else target[1:]
    return _many(roster, sender, group, hold=hold)


def _direct(roster: Roster, sender: Sender, key: str, *, hold: bool) -> Resolution:
    member = roster.member_by_key(key)  # first: no session can pass itself off as a member
    peer = None if member else roster.peer_by_key(key)
    if peer is not None:
        member = roster.members.get(peer.member_id)
        member = member if member is not None and member.welcome else None
    if member is None or member.revoked:
        raise MeshError("no_recipient", "No member or session of this mesh has that key.")
    if not member.allows(sender.member_key, sender.session_key, DM):
        raise MeshError("blocked")
    peers = [peer] if peer else _peers_of(roster, member)
    others = [p for p in peers if p.presence_id != sender.presence_id]
    if not hold and not any(p.connected for p in others):
        raise MeshError("no_recipient")
    if not others and member.id == sender.member_id:
        raise MeshError("no_recipient", "You have no other session to send to.")
    recipients = [_to(peer)] if peer else _to_member(member, others)
    return Resolution(recipients, len(recipients), sum(r.online for r in recipients))


def _many(roster: Roster, sender: Sender, group: str | None, *, hold: bool) -> Resolution:
    matched = online = 0
    recipients: list[Recipient] = []
    for member in roster.members.values():
        if member.id == sender.member_id or member.revoked or member.vacant:
            continue
        found = _of_member(roster, member, group, hold=hold)
        matched += len(found)
        online += sum(r.online for r in found)
        if member.allows(sender.member_key, sender.session_key, BROADCAST):
            recipients += found
    if not matched or not (hold or online):
        raise MeshError("no_recipient", "Nobody else is in that group just now.")
    return Resolution(recipients, matched, online)


def _of_member(
    roster: Roster, member: MemberView, group: str | None, *, hold: bool
) -> list[Recipient]:
    """A member's share of a group message, or of a broadcast (group None)."""
    peers = _peers_of(roster, member)
    if not peers:
        groups = member.last_groups or member.groups
        wanted = hold and (group is None or covers(group, groups))
        return [_for_later(member)] if wanted else []
    if group is None:
        wanted_peers = [p for p in peers if p.visible]
    else:
        wanted_peers = [p for p in peers if covers(group, p.groups)]
    return _to_member(member, wanted_peers) if wanted_peers else []


def _peers_of(roster: Roster, member: MemberView) -> list[Peer]:
    """The sessions that mail may go to; mail for a suspended member waits for a later one."""
    return [] if member.suspended else roster.peers_of(member.id)


def covers(group: str, groups: list[GroupRef]) -> bool:
    """True if somebody in `groups` hears `@group`: `a` reaches `a`, `a/b` and `a/b/c`."""
    below = group + "/"
    return any(g.name == group or g.name.startswith(below) for g in groups)


def _to_member(member: MemberView, peers: list[Peer]) -> list[Recipient]:
    """Every session, those in their lease too if another one is connected; else the next one."""
    if any(p.connected for p in peers):
        return [_to(p) for p in peers]
    return [_for_later(member)]


def _to(peer: Peer) -> Recipient:
    return Recipient(
        peer.member_id, peer.address, peer.key, peer.name, peer.connected, peer.status == "idle"
    )


def _for_later(member: MemberView) -> Recipient:
    return Recipient(member.id, "", member.pubkey, member.name, False)
