"""Who a `send` is for: turns a target into recipients. Pure: reads the roster, changes nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from claudemesh_wire.capabilities import BROADCAST, DM
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import GroupRef

from presence.peer import Peer
from presence.roster import MemberView, Roster

_KEY = re.compile(r"[0-9a-f]{64}")
EVERYBODY = frozenset({"*", "@all"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One delivery to be. `address` names a session; "" means the member's next one."""

    member_id: str
    address: str
    key: str
    name: str
    online: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """Recipients, and how many the target matched before grants left some out.

    The sender is told only of what matched, so that it cannot tell who left it out.
    """

    recipients: list[Recipient]
    matched: int
    online: int


@dataclass(frozen=True, slots=True)
class Sender:
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
    if target in EVERYBODY:
        return _many(roster, sender, _everybody, hold=hold)
    name = target[1:]
    return _many(roster, sender, lambda addressee: _covers(name, addressee), hold=hold)


def _direct(roster: Roster, sender: Sender, key: str, *, hold: bool) -> Resolution:
    peer = roster.peer_by_key(key)
    if peer is not None:
        member = roster.members.get(peer.member_id)
        peers = [peer]
    else:
        member = roster.member_by_key(key)
        peers = roster.peers_of(member.id) if member is not None else []
    if member is None or member.revoked:
        raise MeshError("no_recipient", "No member or session of this mesh has that key.")
    if not member.allows(sender.member_key, sender.session_key, DM):
        raise MeshError("blocked")
    peers = [p for p in peers if p.presence_id != sender.presence_id]
    if not hold and not any(p.connected for p in peers):
        raise MeshError("no_recipient")
    recipients = [_to(p) for p in peers]
    if not recipients and member.id != sender.member_id:
        recipients = [_for_later(member)]
    if not recipients:
        raise MeshError("no_recipient", "You have no other session to send to.")
    return Resolution(recipients, len(recipients), sum(r.online for r in recipients))


def _many(
    roster: Roster, sender: Sender, wanted: Callable[["Addressee"], bool], *, hold: bool
) -> Resolution:
    matched = [a for a in _addressees(roster, sender, hold=hold) if wanted(a)]
    if not matched or not (hold or any(a.recipient.online for a in matched)):
        raise MeshError("no_recipient", "Nobody else is in that group just now.")
    recipients = [
        a.recipient
        for a in matched
        if a.member.allows(sender.member_key, sender.session_key, BROADCAST)
    ]
    return Resolution(recipients, len(matched), sum(a.recipient.online for a in matched))


@dataclass(frozen=True, slots=True)
class Addressee:
    """A candidate for a group message or a broadcast."""

    member: MemberView
    groups: list[GroupRef]
    visible: bool
    recipient: Recipient


def _everybody(addressee: Addressee) -> bool:
    return addressee.visible


def _covers(name: str, addressee: Addressee) -> bool:
    below = name + "/"
    return any(g.name == name or g.name.startswith(below) for g in addressee.groups)


def _addressees(roster: Roster, sender: Sender, *, hold: bool) -> Iterator[Addressee]:
    for peer in roster.others(sender.member_id):
        member = roster.members.get(peer.member_id)
        if member is not None and not member.revoked:
            yield Addressee(member, peer.groups, peer.visible, _to(peer))
    if hold:
        for member in roster.members.values():
            if member.id == sender.member_id or member.revoked or roster.peers_of(member.id):
                continue
            groups = member.last_groups or member.groups
            yield Addressee(member, groups, True, _for_later(member))


def _to(peer: Peer) -> Recipient:
    return Recipient(peer.member_id, peer.address, peer.key, peer.name, peer.connected)


def _for_later(member: MemberView) -> Recipient:
    return Recipient(member.id, "", member.pubkey, member.name, False)
