"""listen: a session that stays and shows what comes; its viewers serve `inbox --watch` too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.broker import HelloAck

    from claudemesh_cli.session.viewer import Viewer
    from claudemesh_cli.store.inbox import InboxEntry

_EVENTS = {
    "peer_joined": "{name} joined.",
    "peer_returned": "{name} is back.",
    "peer_left": "{name} left.",
}


class PlainViewer:
    """Messages as lines on stdout, everything else on stderr."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._console = output.console()

    def message(self, entry: InboxEntry) -> None:
        """Print one line, flushed."""
        from claudemesh_cli.views.messages import message_line

        self._console.print(message_line(entry))
        self._console.file.flush()

    def event(self, name: str, data: dict[str, Any]) -> None:
        """Say who came or went."""
        sentence = _EVENTS.get(name)
        if sentence:
            who = clean(str(data.get("name", "somebody")), one_line=True)
            self._output.note(sentence.format(name=who))

    def connected(self, hello_ack: HelloAck) -> None:
        """Say as whom one is connected, and where."""
        mesh, name = hello_ack.mesh_slug, hello_ack.member_display_name
        self._output.note(clean(f"On {mesh} as {name}. Ctrl-C ends it.", one_line=True))

    def lost(self, error: CliError, retry_s: float) -> None:
        """Say why, and that it goes on."""
        self._output.note(f"{error.message} Trying again in {retry_s:.0f} s.")


class JsonViewer:
    """Everything as JSON lines on stdout."""

    def __init__(self, output: Output, mesh: str) -> None:
        self._output = output
        self._mesh = mesh

    def message(self, entry: InboxEntry) -> None:
        """A line of type `message`."""
        from claudemesh_cli.views.messages import message_json

        self._output.json_line(message_json(entry, self._mesh))

    def event(self, name: str, data: dict[str, Any]) -> None:
        """A line of type `event`."""
        self._output.json_line({"type": "event", "mesh": self._mesh, "event": name, "data": data})

    def connected(self, hello_ack: HelloAck) -> None:
        """A line of type `connected`."""
        self._output.json_line(
            {
                "type": "connected",
                "mesh": self._mesh,
                "name": hello_ack.member_display_name,
                "presence_id": hello_ack.presence_id,
                "role": hello_ack.role,
            }
        )

    def lost(self, error: CliError, retry_s: float) -> None:
        """A line of type `disconnected`."""
        self._output.json_line(
            {
                "type": "disconnected",
                "mesh": self._mesh,
                "code": error.code,
                "message": error.message,
                "retry_s": round(retry_s, 3),
            }
        )


@click.command()
@common_options
@pass_output
def listen(output: Output) -> None:
    """Stay on the mesh and print messages as they come.

    With --json one object a line. Comes back after every interruption; ends with Ctrl-C, or when
    kicked, banned or signed out.
    """
    watch(output)


def watch(output: Output) -> None:
    """Run a long-lived session until a signal ends it. Raises CliError as LiveSession.run."""
    import asyncio

    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk
    from claudemesh_cli.session.living import LiveSession

    everything = config.load()
    entry = everything.pick(output.mesh)
    viewer: Viewer = JsonViewer(output, entry.slug) if output.json else PlainViewer(output)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        asyncio.run(_until_signalled(LiveSession(desk, viewer)))


async def _until_signalled(session: Any) -> None:
    import asyncio
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            break
    await session.run(stop)
