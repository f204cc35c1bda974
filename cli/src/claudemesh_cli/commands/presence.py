"""What the commands about oneself share: the desk, one request, one sentence about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from claudemesh_cli.output import Output, clean

if TYPE_CHECKING:
    from claudemesh_wire.client import ClientFrame
    from claudemesh_wire.fields import PeerInfo


def act_and_say(
    output: Output, messages: list[ClientFrame], result: dict[str, Any], sentence: str
) -> None:
    """Carry out requests for this member's live session, then print what is so now."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.presence import act

    everything = config.load()
    entry = everything.pick(output.mesh)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        asyncio.run(act(desk, *messages))
    line = clean(sentence, one_line=True)
    output.data({"mesh": entry.slug, **result}, lambda console: console.print(line))


def show_own(
    output: Output,
    described: Callable[[PeerInfo], dict[str, Any]],
    line: Callable[[PeerInfo], str],
) -> None:
    """Print something about each of this member's live sessions."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.presence import own_presences

    everything = config.load()
    entry = everything.pick(output.mesh)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        found = asyncio.run(own_presences(desk))
    sessions = [
        {"name": peer.display_name, "session_id": peer.session_id, **described(peer)}
        for peer in found
    ]
    lines = [f"{peer.display_name}: {line(peer)}" for peer in found]
    output.data(
        {"mesh": entry.slug, "sessions": sessions},
        lambda console: console.print("\n".join(clean(each, one_line=True) for each in lines)),
    )
