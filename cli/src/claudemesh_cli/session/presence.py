"""What a one-shot command does for this member's live session: sets things, or looks them up.

The command's own session is ephemeral and has no presence. The broker applies what it sets to the
live session it was started in (CLAUDEMESH_SESSION_ID), else to the member's only one.
"""

from claudemesh_wire.broker import Ok, PeersList
from claudemesh_wire.client import ClientFrame, ListPeers
from claudemesh_wire.fields import PeerInfo

from claudemesh_cli.errors import CliError
from claudemesh_cli.session.brief import brief_session
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.identity import launched_session_id
from claudemesh_cli.session.refusals import Refused

_HINTS = {
    "not_found": "Start one with: claudemesh listen",
    "ambiguous": "Run it inside the session you mean, or set CLAUDEMESH_SESSION_ID to its id "
    "(claudemesh peers --json shows them).",
}


async def act(desk: Desk, *messages: ClientFrame) -> None:
    """Carry out requests that are answered with `ok`. Raises CliError as the broker refuses."""
    async with brief_session(desk) as connection:
        for message in messages:
            try:
                await connection.request(message, Ok)
            except Refused as refused:
                raise _explained(refused) from None


async def own_presences(desk: Desk) -> list[PeerInfo]:
    """This member's live sessions; only the launched one if the command runs inside it.

    Raises CliError `not_found` if there is none.
    """
    async with brief_session(desk) as connection:
        peers = (await connection.request(ListPeers(), PeersList)).peers
    session_id = launched_session_id()
    own = [peer for peer in peers if peer.member_pubkey == desk.entry.pubkey]
    found = [peer for peer in own if session_id in (None, peer.session_id)]
    if not found and session_id is not None and len(own) == 1:
        found = own
    if not found:
        raise _explained(Refused("not_found", "You have no live session on this mesh."))
    return found


def _explained(refused: Refused) -> CliError:
    if refused.hint is None:
        refused.hint = _HINTS.get(refused.code)
    return refused
