"""What commands with one question share: the mesh, the desk, a spinner, the typed reply."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.output import Output

if TYPE_CHECKING:
    from claudemesh_wire.broker import BrokerFrame
    from claudemesh_wire.client import ClientFrame

    from claudemesh_cli.config import MeshEntry
    from claudemesh_cli.session.desk import Desk

Reply = TypeVar("Reply", bound="BrokerFrame")
Result = TypeVar("Result")


def ask(
    output: Output, message: ClientFrame, reply: type[Reply], mesh: str | None = None
) -> tuple[MeshEntry, Reply]:
    """Ask the broker of `mesh` (default: `--mesh`) one thing; the mesh and the reply.

    Raises CliError as the broker refuses.
    """
    from claudemesh_cli.session.brief import brief_session

    async def run(desk: Desk) -> Reply:
        async with brief_session(desk) as connection:
            return await connection.request(message, reply)

    return run_at_desk(output, run, mesh)


def run_at_desk(
    output: Output, work: Callable[[Desk], Coroutine[Any, Any, Result]], mesh: str | None = None
) -> tuple[MeshEntry, Result]:
    """Run `work` with the desk of one mesh; the mesh and what came of it."""
    import asyncio

    with opened_desk(output, mesh) as desk, output.progress("Asking the broker…"):
        return desk.entry, asyncio.run(work(desk))


@contextmanager
def opened_desk(output: Output, mesh: str | None = None) -> Iterator[Desk]:
    """The desk of a mesh by slug, id or name (default: `--mesh`)."""
    from claudemesh_cli import config
    from claudemesh_cli.session.desk import open_desk

    everything = config.load()
    entry = everything.pick(mesh or output.mesh)
    with open_desk(everything, entry, output.note, output.warn) as desk:
        yield desk


def mesh_and_name(output: Output, text: str) -> tuple[str, str]:
    """The id of the mesh and the name in `mesh:name` or `name`. Raises CliError."""
    from claudemesh_cli import config
    from claudemesh_cli.session.names import split_mesh

    entry, name = split_mesh(config.load(), text, output.mesh)
    if not name.strip():
        raise CliError("bad_arguments", "The name is empty.", exit_code=ExitCode.BAD_ARGUMENTS)
    return entry.mesh_id, name
