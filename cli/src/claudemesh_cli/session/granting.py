"""What this member lets others do to it: read and change it at the broker; prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claudemesh_wire.broker import Grants, PeersList
from claudemesh_wire.capabilities import DEFAULT_GRANTS, STATE_WRITE
from claudemesh_wire.client import GetGrants, ListPeers, SetGrants

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.brief import brief_session
from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.directory import known_members
from claudemesh_cli.session.names import group_target
from claudemesh_cli.session.people import check_pin, find_person

#: What a member may do that has no entry. State is everybody's to write until somebody has an
#: entry that says otherwise (docs/shared.md), so a first entry must not take that away unasked.
WITHOUT_ENTRY = DEFAULT_GRANTS | {STATE_WRITE}


@dataclass(frozen=True)
class Granted:
    """What one member may do; `caps` None stands for no entry."""

    name: str | None
    member_key: str
    caps: frozenset[str] | None

    @property
    def effective(self) -> frozenset[str]:
        """What the member may do."""
        return WITHOUT_ENTRY if self.caps is None else self.caps

    @property
    def blocked(self) -> bool:
        """True if the member may do nothing."""
        return self.caps == frozenset()


#: From what somebody may do now to what they may do from now on; None removes their entry.
Change = Callable[[Granted], frozenset[str] | None]


async def change_grants(desk: Desk, to: str, change: Change, *, widens: bool) -> Granted:
    """Change what the member called `to` may do; with `widens` its key must be the known one.

    Raises CliError `not_found`, `ambiguous`, `key_changed`, `invalid` for oneself.
    """
    async with brief_session(desk) as connection:
        name, key = await _member(desk, connection, to, widens=widens)
        now = (await connection.request(GetGrants(), Grants)).grants.get(key)
        before = Granted(name, key, None if now is None else frozenset(now))
        after = change(before)
        if after == (before.caps if after is None else before.effective):
            return before
        caps = None if after is None else sorted(after)
        await connection.request(SetGrants(grants={key: caps}), Grants)
        return Granted(name, key, after)


async def all_grants(desk: Desk) -> list[Granted]:
    """Everybody who has an entry, by name."""
    async with brief_session(desk) as connection:
        grants = (await connection.request(GetGrants(), Grants)).grants
        names = await _names(desk, connection) if grants else {}
    found = [Granted(names.get(key), key, frozenset(caps)) for key, caps in grants.items()]
    return sorted(found, key=lambda each: ((each.name or "~").casefold(), each.member_key))


async def _member(
    desk: Desk, connection: MeshConnection, to: str, *, widens: bool
) -> tuple[str, str]:
    """Name and member key of whoever is meant."""
    if group_target(to) is not None:
        raise _invalid("Grants are given to members, not to groups.")
    peers = (await connection.request(ListPeers(), PeersList)).peers
    target = await find_person(desk, to, peers)
    if widens:
        check_pin(desk, target, "nothing was granted")
    key = target.member or target.spec
    if key == desk.entry.pubkey:
        raise _invalid("You need no grant from yourself.")
    return target.name, key


async def _names(desk: Desk, connection: MeshConnection) -> dict[str, str]:
    """Member key or session key -> name, of everybody this computer can know of."""
    peers = (await connection.request(ListPeers(), PeersList)).peers
    members = await known_members(desk)
    return (
        {peer.pubkey: peer.display_name for peer in peers}
        | {peer.member_pubkey: peer.display_name for peer in peers}
        | {member.pubkey: member.name for member in members}
    )


def _invalid(message: str) -> CliError:
    return CliError("invalid", message, exit_code=ExitCode.BAD_ARGUMENTS)
