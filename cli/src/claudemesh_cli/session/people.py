"""Finds the person behind a name, connected or not, and minds the pinned keys; changes nothing."""

from dataclasses import replace

from claudemesh_wire.fields import PeerInfo

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.directory import known_members, pinned_members
from claudemesh_cli.session.identity import launched_session_id
from claudemesh_cli.session.names import Member, Target, resolve


async def find_person(desk: Desk, text: str, peers: list[PeerInfo]) -> Target:
    """Who is connected goes first; then who was met before; then who the broker knows.

    Raises CliError `not_found` or `ambiguous`.
    """
    try:
        return _first_found(desk, text, peers, [], pinned_members(desk))
    except CliError as error:
        if error.code != "not_found":
            raise
    return _first_found(desk, text, peers, await known_members(desk))


async def find_to_verify(desk: Desk, text: str, peers: list[PeerInfo]) -> Target:
    """As `find_person`, but a key that nobody has accepted yet is found as well.

    A whole key that is no member's is `not_found`.
    """
    pins = desk.store.pins.all(desk.entry.mesh_id)
    met = [Member(pin.display_name, pin.member_pubkey) for pin in pins]
    try:
        target = _first_found(desk, text, peers, [], met)
    except CliError as error:
        if error.code != "not_found":
            raise
        return _first_found(desk, text, peers, await known_members(desk))
    if target.member is not None or target.spec == desk.entry.pubkey:
        return target
    for member in met + await known_members(desk):
        if member.pubkey == target.spec:
            return replace(target, name=member.name, member=member.pubkey)
    raise CliError(
        "not_found",
        f"Nobody here has the key {target.name}….",
        "See who is there: claudemesh peers",
        ExitCode.NOT_FOUND,
    )


def check_pin(desk: Desk, target: Target, consequence: str) -> None:
    """Raise CliError `key_changed` if the name stands for another key than it did before."""
    if target.member is None or target.by_key or target.member == desk.entry.pubkey:
        return
    if desk.store.pins.check(desk.entry.mesh_id, target.name, target.member) == "changed":
        raise CliError(
            "key_changed",
            f"The key behind {target.name!r} has changed since you last met; {consequence}.",
            "Ask them another way whether that is them; if so: "
            f"claudemesh verify {target.member[:16]}",
            ExitCode.NOT_PERMITTED,
        )


def _first_found(desk: Desk, text: str, peers: list[PeerInfo], *known: list[Member]) -> Target:
    """Look among the peers and each list in turn; the last one's error is raised."""
    me, session = desk.entry.pubkey, launched_session_id()
    for members in known[:-1]:
        try:
            return resolve(text, peers, members, me=me, my_session=session)
        except CliError as error:
            if error.code != "not_found":
                raise
    return resolve(text, peers, known[-1], me=me, my_session=session)
