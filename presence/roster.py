"""The roster: one mesh in memory, its members and the peers on all nodes. Reads no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from claudemesh_wire.capabilities import DEFAULT_GRANTS
from claudemesh_wire.fields import GroupRef, Profile

from presence.peer import Peer


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as routing needs it. `last_groups` are those of its last session."""

    id: str
    pubkey: str
    name: str
    role: str
    role_tag: str
    message_mode: str
    groups: list[GroupRef]
    last_groups: list[GroupRef]
    grants: dict[str, list[str]]
    profile: Profile | None
    revoked: bool
    bind_until: datetime | None
    suspended: bool = False

    @property
    def welcome(self) -> bool:
        """False for who may not be here: removed, or suspended with the device of its key."""
        return not self.revoked and not self.suspended

    @property
    def vacant(self) -> bool:
        """True for a place without a key that no hello can bind: it is nobody."""
        return not self.pubkey and self.bind_until is None

    def allows(self, sender_key: str, sender_session_key: str, capability: str) -> bool:
        """True if this member grants the sender that capability; the member key goes first."""
        granted = self.grants.get(sender_key)
        if granted is None and sender_session_key:
            granted = self.grants.get(sender_session_key)
        return capability in (DEFAULT_GRANTS if granted is None else granted)


@dataclass(frozen=True, slots=True)
class MeshView:
    """The mesh row as routing needs it; `version` grows with every change to its members."""

    id: str
    slug: str
    name: str
    version: int
    policy: dict[str, Any]
    key_epoch: int
    archived: bool

    @property
    def allows_plaintext(self) -> bool:
        """True if older clients may send unencrypted text to groups."""
        return self.policy.get("allowPlaintext") is True

    @property
    def audits_messages(self) -> bool:
        """True if metadata of messages goes into the audit log, which an owner may switch off."""
        return self.policy.get("auditMessages") is not False


@dataclass(slots=True)
class Roster:
    """Members by id and key, peers by presence, key and member."""

    mesh: MeshView
    members: dict[str, MemberView] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)
    _members_by_key: dict[str, MemberView] = field(default_factory=dict)
    _by_key: dict[str, Peer] = field(default_factory=dict)
    _by_member: dict[str, dict[str, Peer]] = field(default_factory=dict)

    def replace_members(self, mesh: MeshView, members: Iterable[MemberView]) -> None:
        """Takes a newer reading of the mesh and its members; peers stay."""
        self.mesh = mesh
        self.members = {member.id: member for member in members}
        self._members_by_key = {m.pubkey: m for m in self.members.values() if m.pubkey}

    def member_by_key(self, key: str) -> MemberView | None:
        """The member with that public key."""
        return self._members_by_key.get(key)

    def add(self, peer: Peer) -> None:
        """Lists a peer, in place of an older reading of the same presence."""
        self.remove(peer.presence_id)
        self.peers[peer.presence_id] = peer
        self._by_member.setdefault(peer.member_id, {})[peer.presence_id] = peer
        if peer.session_key:
            self._by_key[peer.session_key] = peer

    def remove(self, presence_id: str) -> Peer | None:
        """Takes a peer off the list; None if it was not on it."""
        peer = self.peers.pop(presence_id, None)
        if peer is None:
            return None
        mates = self._by_member[peer.member_id]
        del mates[presence_id]
        if not mates:
            del self._by_member[peer.member_id]
        if self._by_key.get(peer.session_key) is peer:
            del self._by_key[peer.session_key]
        return peer

    def remember_groups(self, peer: Peer) -> None:
        """A session has ended: its groups are now those of the member's last session."""
        member = self.members.get(peer.member_id)
        if member is not None:
            self.members[member.id] = replace(member, last_groups=peer.groups)
            self._members_by_key[member.pubkey] = self.members[member.id]

    def peer_by_key(self, session_key: str) -> Peer | None:
        """The peer with that session key."""
        return self._by_key.get(session_key)

    def peer_at(self, member_id: str, address: str) -> Peer | None:
        """The member's peer that deliveries of that address are for."""
        peer = self._by_key.get(address)
        if peer is not None:
            return peer if peer.member_id == member_id else None
        return next((p for p in self.peers_of(member_id) if p.address == address), None)

    def peers_of(self, member_id: str) -> list[Peer]:
        """All peers of a member."""
        return list(self._by_member.get(member_id, {}).values())

    def twins(self, peer: Peer) -> Iterator[Peer]:
        """Other readings of the same session: same member and session id.

        The same session key, or a socket that is gone: those a new hello replaces.
        """
        for other in self.peers_of(peer.member_id):
            if other.presence_id == peer.presence_id or other.session_id != peer.session_id:
                continue
            if other.session_key == peer.session_key or not other.connected:
                yield other

    def others(self, member_id: str) -> Iterator[Peer]:
        """Peers of all members but one."""
        return (peer for peer in self.peers.values() if peer.member_id != member_id)
