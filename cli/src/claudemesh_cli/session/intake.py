"""What a session does with each push: keep it, ack it, in that order; shows nothing."""

from claudemesh_wire.broker import Push
from claudemesh_wire.client import ClientAck

from claudemesh_cli.session.connection import MeshConnection
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.receiving import receive
from claudemesh_cli.store.inbox import InboxEntry


async def take_in(desk: Desk, connection: MeshConnection, push: Push) -> None:
    """Keep a message and ack it; one that is known is only acked, with how far it has come.

    Raises CliError if it cannot be kept: it is not acked then, and the broker pushes it again.
    """
    new = receive(desk.store, desk.entry, connection.keys.secret, push)
    entry = desk.store.inbox.get(desk.entry.mesh_id, push.message_id)
    shown = entry is not None and entry.shown_at is not None and entry.state == "ok"
    await connection.tell(
        ClientAck(message_id=push.message_id, stage="read" if shown else "delivered")
    )
    if new and entry is not None and entry.state == "held":
        desk.warn(held_warning(entry))


async def tell_read(connection: MeshConnection, entries: list[InboxEntry]) -> None:
    """Tell the broker that these were shown; what failed to decrypt was never read."""
    for entry in entries:
        if entry.state == "ok":
            await connection.tell(ClientAck(message_id=entry.message_id, stage="read"))


def held_warning(entry: InboxEntry) -> str:
    """The sentence about a message whose sender's key is not the one known by that name."""
    return (
        f"WARNING: the key behind {entry.sender_name!r} has changed. A message from it is held "
        "back. Ask them another way whether that is them; if so: "
        f"claudemesh verify {entry.sender_member[:16]}"
    )
