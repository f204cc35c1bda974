"""Finds whom an admin means: a name, a key, or a prefix of a key. Pure; changes nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from claudemesh_wire.errors import MeshError

from presence.peer import Peer
from presence.roster import MemberView, Roster

_PREFIX = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A member, and those of its peers that were meant."""

    member: MemberView
    peers: list[Peer]


def find(roster: Roster, target: str) -> Found:
    """Whoever is meant by a session name, member name, member key, session key or key prefix.

    Names match whole, whatever their case; a prefix has 8 hex characters or more. Raises
    MeshError `not_found`, or `ambiguous` with the candidates when several members match.
    """
    wanted = target.strip().casefold()
    found = _whole_members(roster, wanted)
    for peer in roster.peers.values():
        if wanted in (peer.session_key, peer.name.casefold()):
            found.setdefault(peer.member_id, set()).add(peer.presence_id)
    if not found and _PREFIX.fullmatch(wanted):
        found = _by_prefix(roster, wanted)
    if not found:
        raise MeshError("not_found", f"Nobody here is called {target!r}, and no key begins so.")
    if len(found) > 1:
        raise MeshError("ambiguous", candidates=describe(roster, found))
    member_id, presences = next(iter(found.items()))
    peers = [peer for peer in roster.peers_of(member_id) if peer.presence_id in presences]
    return Found(roster.members[member_id], peers)


def _whole_members(roster: Roster, wanted: str) -> dict[str, set[str]]:
    """Members named or keyed so, with all their peers."""
    return {
        member.id: {peer.presence_id for peer in roster.peers_of(member.id)}
        for member in roster.members.values()
        if wanted in (member.name.casefold(), member.pubkey)
    }


def _by_prefix(roster: Roster, prefix: str) -> dict[str, set[str]]:
    found = {
        member.id: {peer.presence_id for peer in roster.peers_of(member.id)}
        for member in roster.members.values()
        if member.pubkey.startswith(prefix)
    }
    for peer in roster.peers.values():
        if peer.session_key.startswith(prefix):
            found.setdefault(peer.member_id, set()).add(peer.presence_id)
    return found


def describe(roster: Roster, member_ids: Iterable[str]) -> list[str]:
    """What tells members apart: name, role and the beginning of the key."""
    members = (roster.members[member_id] for member_id in member_ids if member_id in roster.members)
    return sorted(f"{m.name} ({m.role}, {m.pubkey[:16]})" for m in members)
