"""Whom a person means by a name; asks nobody and never guesses.

In this order: a group or everybody; an exact name (session or member, whatever the case); a hex
prefix of at least 8 of a session or member key. The sender's own session is never a match.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from claudemesh_wire.fields import PeerInfo

from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.errors import CliError, ExitCode

_PREFIX = re.compile(r"[0-9a-f]{8,64}")
_KEY = re.compile(r"[0-9a-f]{64}")
EVERYBODY = ("*", "@all")


@dataclass(frozen=True)
class Member:
    """A member this computer knows of, connected or not."""

    name: str
    pubkey: str


@dataclass(frozen=True)
class Target:
    """Where a message goes: `spec` as on the wire, `name` for a person.

    `member` is the member key (64 hex) behind a direct target; None for a group. `by_key`: the
    person gave a key, so no name has to be checked against it.
    """

    spec: str
    name: str
    member: str | None
    online: bool
    by_key: bool = False


@dataclass(frozen=True)
class _Match:
    name: str
    member: str
    sessions: tuple[PeerInfo, ...]


def split_mesh(config: Config, text: str, mesh: str | None) -> tuple[MeshEntry, str]:
    """The mesh and the name in `mesh:name` or `name`; `mesh` is what `--mesh` said.

    A prefix that is no mesh of this person is part of the name. Raises CliError as Config.pick.
    """
    prefix, colon, name = text.partition(":")
    if not colon or not name or not config.find(prefix):
        return config.pick(mesh), text
    entry = config.pick(prefix)
    if mesh is not None and entry.mesh_id != config.pick(mesh).mesh_id:
        raise CliError(
            "bad_arguments",
            f"{text!r} is on another mesh than --mesh {mesh}.",
            exit_code=ExitCode.BAD_ARGUMENTS,
        )
    return entry, name


def group_target(text: str) -> Target | None:
    """The target if `text` names a group or everybody."""
    if text in EVERYBODY or (text.startswith("@") and len(text) > 1):
        return Target(spec=text, name=text, member=None, online=True)
    return None


def resolve(
    text: str,
    peers: Iterable[PeerInfo],
    known: Iterable[Member],
    *,
    me: str,
    my_session: str | None = None,
) -> Target:
    """The one peer or member that `text` means.

    `me` is the sender's member key, `my_session` the session id it speaks from, if it is in one.
    Raises CliError `not_found` (with near names) or `ambiguous` (with what tells them apart).
    """
    others = [peer for peer in peers if not _is_own(peer, me, my_session)]
    members = [member for member in known if member.pubkey != me]
    matches = _by_name(text, others, members) or _by_key(text, others, members)
    foreign = [match for match in matches if match.member != me]
    matches = foreign or matches
    if len(matches) == 1:
        return _target(matches[0], by_key=not _is_name(text, matches[0]))
    if matches:
        raise _ambiguous(text, matches)
    if _KEY.fullmatch(text):
        return Target(spec=text, name=text[:16], member=None, online=False, by_key=True)
    raise _not_found(text, others, members)


def _is_own(peer: PeerInfo, me: str, my_session: str | None) -> bool:
    """Outside a launched session all of one's own sessions count as this person's own."""
    return peer.member_pubkey == me and my_session in (None, peer.session_id)


def _is_name(text: str, match: _Match) -> bool:
    return match.name.casefold() == text.casefold()


def _by_name(text: str, peers: list[PeerInfo], members: list[Member]) -> list[_Match]:
    wanted = text.casefold()
    sessions = [peer for peer in peers if peer.display_name.casefold() == wanted]
    matches = _grouped(sessions)
    seen = {match.member for match in matches}
    for member in members:
        if member.name.casefold() == wanted and member.pubkey not in seen:
            seen.add(member.pubkey)
            online = tuple(peer for peer in peers if peer.member_pubkey == member.pubkey)
            matches.append(_Match(member.name, member.pubkey, online))
    return matches


def _by_key(text: str, peers: list[PeerInfo], members: list[Member]) -> list[_Match]:
    prefix = text.lower()
    if _PREFIX.fullmatch(prefix) is None:
        return []
    sessions = [peer for peer in peers if peer.pubkey.startswith(prefix)]
    if sessions:
        return [_Match(peer.display_name, peer.member_pubkey, (peer,)) for peer in sessions]
    owned = _grouped([peer for peer in peers if peer.member_pubkey.startswith(prefix)])
    seen = {match.member for match in owned}
    offline = {member.pubkey: member for member in members if member.pubkey.startswith(prefix)}
    return owned + [
        _Match(member.name, key, ()) for key, member in offline.items() if key not in seen
    ]


def _grouped(sessions: list[PeerInfo]) -> list[_Match]:
    by_member: dict[str, list[PeerInfo]] = {}
    for peer in sessions:
        by_member.setdefault(peer.member_pubkey, []).append(peer)
    return [
        _Match(found[0].display_name, member, tuple(found)) for member, found in by_member.items()
    ]


def _target(match: _Match, *, by_key: bool) -> Target:
    """One session is addressed by its own key, several of one member by the member's."""
    spec = match.sessions[0].pubkey if len(match.sessions) == 1 else match.member
    return Target(spec, match.name, match.member, bool(match.sessions), by_key)


def _ambiguous(text: str, matches: list[_Match]) -> CliError:
    lines = [_described(match) for match in matches]
    return CliError(
        "ambiguous",
        f"Several peers match {text!r}; name one by its key:",
        "\n  ".join(lines),
        ExitCode.BAD_ARGUMENTS,
    )


def _described(match: _Match) -> str:
    key = match.sessions[0].pubkey if len(match.sessions) == 1 else match.member
    parts = [f"{key[:16]}  {match.name}"]
    if not match.sessions:
        parts.append("not connected")
    for peer in match.sessions[:1]:
        parts += [peer.role, peer.status, peer.hostname or "", peer.cwd or ""]
    return ", ".join(part for part in parts if part)


def _not_found(text: str, peers: list[PeerInfo], members: list[Member]) -> CliError:
    names = sorted({peer.display_name for peer in peers} | {member.name for member in members})
    near = difflib.get_close_matches(text, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "See who is there: claudemesh peers"
    return CliError("not_found", f"Nobody here is called {text!r}.", hint, ExitCode.NOT_FOUND)
