"""One `send` from name to ack: who is meant, encrypt, outbox, wire. Waiting is in `waiting`."""

from dataclasses import dataclass, replace

from claudemesh_wire.broker import Ack, PeersList
from claudemesh_wire.client import ListPeers

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.brief import brief_session
from claudemesh_cli.session.composing import Letter, compose
from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.directory import pinned_members
from claudemesh_cli.session.identity import new_keys
from claudemesh_cli.session.names import Target, group_target, resolve
from claudemesh_cli.session.people import check_pin, find_person
from claudemesh_cli.session.posting import post, still_queued
from claudemesh_cli.session.waiting import Receipts, Stage, wait_until
from claudemesh_cli.store.outbox import OutboxEntry

#: Errors that mean: the broker was not reached, so the message can only be queued.
UNREACHABLE = frozenset({"unreachable", "no_answer", "connection_lost"})


@dataclass(frozen=True)
class Sent:
    """A message that the broker has stored. `reached` is the stage waited for, if any."""

    row: OutboxEntry
    target: Target
    ack: Ack
    reached: Stage | None = None


async def send(
    desk: Desk, to: str, letter: Letter, *, wait: Stage | None = None, timeout_s: float = 30.0
) -> Sent:
    """Send `letter` to whoever `to` names, and wait for its delivery if asked to.

    Raises CliError: `not_found`, `ambiguous`, `no_recipient`, `key_changed`, what the broker
    refuses, `queued` if it cannot be reached, `not_delivered` if the wait is over.
    """
    receipts = Receipts()
    try:
        async with brief_session(desk, receipts.take) as connection:
            target = await _find(desk, connection, to, letter)
            epoch = connection.hello_ack.key_epoch
            row = compose(desk.entry, connection.keys, target, letter, epoch)
            desk.store.outbox.add(row)
            ack = await post(connection, desk.store, row)
            if wait is not None:
                await wait_until(desk, connection, receipts, row.id, wait, timeout_s)
            return Sent(desk.store.outbox.get(row.id) or row, target, ack, wait)
    except CliError as error:
        if error.code not in UNREACHABLE:
            raise
        raise _queue(desk, to, letter, error) from error


async def _find(desk: Desk, connection: MeshConnection, to: str, letter: Letter) -> Target:
    group = group_target(to)
    if group is not None:
        return group
    peers = (await connection.request(ListPeers(), PeersList)).peers
    target = await find_person(desk, to, peers)
    check_pin(desk, target, "nothing was sent")
    if not (target.online or letter.hold or target.by_key):
        raise _offline(target)
    return target


def _offline(target: Target) -> CliError:
    return CliError(
        "no_recipient",
        f"{target.name} is not connected; nothing was sent.",
        "To keep it until they connect: claudemesh send --hold <to> <text>",
        ExitCode.NOT_FOUND,
    )


def _queue(desk: Desk, to: str, letter: Letter, cause: CliError) -> CliError:
    """Queue for somebody this computer knows, held since nobody can say who is connected."""
    target = group_target(to)
    if target is None:
        try:
            target = resolve(to, [], pinned_members(desk), me=desk.entry.pubkey)
        except CliError as error:
            message = f"{cause.message} Nothing was queued: {error.message}"
            return CliError(cause.code, message, cause.hint, ExitCode.NETWORK)
    row = compose(desk.entry, new_keys(), target, replace(letter, hold=True), 0)
    desk.store.outbox.add(row)
    desk.store.outbox.unclaim(row.id)
    return still_queued(row, cause)
