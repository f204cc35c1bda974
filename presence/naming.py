"""Finds whom an admin means: a name, a key, or a prefix of a key. Pure; changes nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from claudemesh_wire.errors import MeshError

from presence.peer import Peer
from presence.roster import MemberView, Roster

_KEY = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{8,63}")


@dataclass(frozen=True, slots=True)
class Found:
    """A member, and those of its peers that were meant."""

    member: MemberView
    peers: list[Peer]


def find(roster: Roster, target: str, *, banned: bool = False) -> Found:
    """Whoever is meant by a session name, member name, member key, session key or key prefix.

    Among the members that are in, or else among the banned ones. Names match whole, whatever
    their case. A whole key can only mean its holder; a prefix has 8 hex characters or more and
    counts like a name, so that nobody can hide behind a name that looks like a key. Raises
    MeshError `malformed`, `not_found`, or `ambiguous` with the candidates when several match.
    """
    wanted = target.strip().casefold()
    if not wanted:
        raise MeshError("malformed", "Name a peer, or its key.")
    members = [m for m in roster.members.values() if m.revoked == banned and not m.vacant]
    found = _matches(roster, members, wanted)
    if not found:
        raise MeshError("not_found", _nobody(target, banned=banned))
    if len(found) > 1:
        raise MeshError("ambiguous", candidates=describe(roster, found))
    return next(iter(found.values()))


def _matches(roster: Roster, members: list[MemberView], wanted: str) -> dict[str, Found]:
    by_key = _KEY.fullmatch(wanted) is not None
    found: dict[str, Found] = {}
    for member in members:
        peers = roster.peers_of(member.id)
        if _is_meant(wanted, member.name, member.pubkey, whole_key=by_key):
            found[member.id] = Found(member, peers)
            continue
        meant = [p for p in peers if _is_meant(wanted, p.name, p.session_key, whole_key=by_key)]
        if meant:
            found[member.id] = Found(member, meant)
    return found


def _is_meant(wanted: str, name: str, key: str, *, whole_key: bool) -> bool:
    if whole_key:
        return wanted == key
    is_prefix = _PREFIX.fullmatch(wanted) is not None and key.startswith(wanted)
    return wanted == name.strip().casefold() or is_prefix


def _nobody(target: str, *, banned: bool) -> str:
    if banned:
        return f"Nobody who is banned is called {target!r}, and no key of theirs begins so."
    return (
        f"Nobody here is called {target!r}, and no key begins so; "
        "the beginning of a key has 8 characters or more."
    )


def describe(roster: Roster, member_ids: Iterable[str]) -> list[str]:
    """What tells members apart: name, role and the beginning of the key."""
    members = (roster.members[member_id] for member_id in member_ids if member_id in roster.members)
    return sorted(f"{m.name} ({m.role}, {m.pubkey[:16]})" for m in members)
