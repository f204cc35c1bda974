"""The safety number of a peer, and marking its key as compared; asks and prints nothing."""

from dataclasses import dataclass

from claudemesh_wire.broker import PeersList
from claudemesh_wire.client import ListPeers
from claudemesh_wire.safety import safety_number
from claudemesh_wire.signing import BadKey

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.brief import brief_session
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.names import Target, group_target
from claudemesh_cli.session.people import find_to_verify
from claudemesh_cli.session.sending import UNREACHABLE


@dataclass(frozen=True)
class Subject:
    """A member as it is to be verified. `changed`: the name had another key before.

    `others` are member keys that were seen under the same name.
    """

    name: str
    member_key: str
    safety_number: str
    changed: bool
    verified: bool
    others: tuple[str, ...]


async def look_up(desk: Desk, to: str) -> Subject:
    """Whoever `to` names, connected or met before.

    Raises CliError `not_found`, `ambiguous`, `invalid` for oneself, `bad_key`.
    """
    target = await _find(desk, to)
    key = target.member or target.spec
    if key == desk.entry.pubkey:
        raise _invalid("That is you; verify the others.")
    pins, mesh_id = desk.store.pins, desk.entry.mesh_id
    changed = pins.check(mesh_id, target.name, key) == "changed"
    try:
        number = safety_number(desk.entry.pubkey, key)
    except BadKey as error:
        raise CliError("bad_key", f"{target.name} has no usable key: {error}") from None
    return Subject(
        name=target.name,
        member_key=key,
        safety_number=number,
        changed=changed,
        verified=pins.is_verified(mesh_id, key),
        others=tuple(pin.member_pubkey for pin in pins.others(mesh_id, target.name, key)),
    )


async def _find(desk: Desk, to: str) -> Target:
    if group_target(to) is not None:
        raise _invalid("A group has no key of its own; verify its members.")
    try:
        async with brief_session(desk) as connection:
            peers = (await connection.request(ListPeers(), PeersList)).peers
    except CliError as error:
        if error.code not in UNREACHABLE:
            raise
        desk.note(f"{error.message} These are the keys known here.")
        peers = []
    return await find_to_verify(desk, to, peers)


def mark_verified(desk: Desk, subject: Subject) -> int:
    """The numbers were compared and are the same; returns how many held messages that released."""
    desk.store.pins.verify(desk.entry.mesh_id, subject.name, subject.member_key)
    return desk.store.inbox.release(desk.entry.mesh_id, subject.member_key)


def _invalid(message: str) -> CliError:
    return CliError("invalid", message, exit_code=ExitCode.BAD_ARGUMENTS)
